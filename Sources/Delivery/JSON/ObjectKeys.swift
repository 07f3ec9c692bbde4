import Foundation

/// The keys of the JSON objects that are open, innermost last: a few are compared in place, many or escaped ones go into
/// a set.
struct ObjectKeys {
    private static let inPlaceMax = 16

    /// One object's own.
    struct Object {
        fileprivate let start: Int
        fileprivate var texts: Set<[UInt8]>?
    }

    /// Of all open objects, so that an object takes no memory of its own.
    private var ranges: [Range<Int>] = []

    func open() -> Object { Object(start: ranges.count) }

    mutating func close(_ object: Object) { ranges.removeLast(ranges.count - object.start) }

    /// Takes the next key; false when the object has it already.
    mutating func insert(
        _ range: Range<Int>, escaped: Bool, of bytes: UnsafeRawBufferPointer, into object: inout Object
    ) -> Bool {
        if object.texts == nil && (escaped || ranges.count - object.start == Self.inPlaceMax) {
            object.texts = Set(ranges[object.start...].map { Array(bytes[$0]) })
        }
        if object.texts != nil {
            let text = escaped ? Self.unescaped(bytes[range]) : Array(bytes[range])
            return object.texts?.insert(text).inserted ?? true
        }
        if ranges.isEmpty { ranges.reserveCapacity(Self.inPlaceMax * 2) }
        for index in object.start..<ranges.count
        where ranges[index].count == range.count && Self.isEqual(ranges[index], range, of: bytes) {
            return false
        }
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
