import Foundation

/// The keys of one JSON object so far: small objects are compared in place, larger or escaped ones go into a set.
struct ObjectKeys {
    private static let inPlaceMax = 16

    private var ranges: [Range<Int>] = []
    private var texts: Set<[UInt8]>?

    /// Takes the next key; false when the object has it already.
    mutating func insert(_ range: Range<Int>, escaped: Bool, of bytes: UnsafeRawBufferPointer) -> Bool {
        if texts == nil && (escaped || ranges.count == Self.inPlaceMax) {
            texts = Set(ranges.map { Array(bytes[$0]) })
        }
        if texts != nil {
            let text = escaped ? Self.unescaped(bytes[range]) : Array(bytes[range])
            return texts?.insert(text).inserted ?? true
        }
        if ranges.isEmpty { ranges.reserveCapacity(Self.inPlaceMax) }
        for other in ranges where other.count == range.count && Self.isEqual(other, range, of: bytes) { return false }
        ranges.append(range)
        return true
    }

    /// Of two ranges of one length.
    private static func isEqual(_ one: Range<Int>, _ other: Range<Int>, of bytes: UnsafeRawBufferPointer) -> Bool {
        guard let start = bytes.baseAddress else { return true }
        return memcmp(start + one.lowerBound, start + other.lowerBound, one.count) == 0
    }

    private static func unescaped(_ bytes: Slice<UnsafeRawBufferPointer>) -> [UInt8] {
        let quoted = [UInt8(ascii: "\"")] + Array(bytes) + [UInt8(ascii: "\"")]
        do {
            return Array(try JSONDecoder().decode(String.self, from: Data(quoted)).utf8)
        } catch {
            // A key that no string can hold (a lone surrogate) equals only its own spelling.
            return Array(bytes)
        }
    }
}
