import Foundation

/// Finds duplicate keys in the JSON objects that a scan is inside of, the innermost object last.
///
/// The first keys of an object are compared in place. An object with many keys, or with an escaped key, uses a set.
struct ObjectKeys {
    private static let inPlaceMax = 16

    /// The state of one open object.
    struct Object {
        fileprivate let start: Int
        fileprivate var texts: Set<[UInt8]>?
    }

    /// The keys of all open objects in one array, so that an object allocates no memory.
    private var ranges: [Range<Int>] = []

    func open() -> Object { Object(start: ranges.count) }

    mutating func close(_ object: Object) {
        assert(object.start <= ranges.count, "an object is closed before the objects that contain it")
        ranges.removeLast(ranges.count - object.start)
    }

    /// Adds the next key; returns false when the object already has this key.
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

    /// Compares two ranges of the same length.
    private static func isEqual(_ one: Range<Int>, _ other: Range<Int>, of bytes: UnsafeRawBufferPointer) -> Bool {
        guard let start = bytes.baseAddress else { return true }
        return memcmp(start + one.lowerBound, start + other.lowerBound, one.count) == 0
    }

    private static func unescaped(_ bytes: Slice<UnsafeRawBufferPointer>) -> [UInt8] {
        let quoted = [UInt8(ascii: "\"")] + Array(bytes) + [UInt8(ascii: "\"")]
        do {
            return Array(try JSONDecoder().decode(String.self, from: Data(quoted)).utf8)
        } catch {
            // A string cannot hold this key (a lone surrogate), so the key equals only its own spelling.
            return Array(bytes)
        }
    }
}
