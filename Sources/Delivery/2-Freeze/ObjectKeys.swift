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
        if ranges.contains(where: { bytes[$0].elementsEqual(bytes[range]) }) { return false }
        ranges.append(range)
        return true
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
