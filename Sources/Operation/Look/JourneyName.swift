import Foundation

/// A journey's name as its producer wrote it, byte for byte.
///
/// A database compares names by their bytes. Swift strings are equal when they are canonically equivalent, and cannot
/// contain bytes that are not UTF-8.
public struct JourneyName: Hashable, Sendable, Codable {
    public let bytes: Data

    public init(_ text: String) {
        bytes = Data(text.utf8)
    }

    public init(bytes: Data) {
        self.bytes = bytes
    }

    /// The name as text, with U+FFFD in place of bytes that are not UTF-8.
    public var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension JourneyName: Comparable {
    public static func < (left: JourneyName, right: JourneyName) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}
