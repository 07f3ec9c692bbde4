import Foundation
import GRDB

/// A journey's name as its producer wrote it, byte for byte.
///
/// SQLite tells names apart by their bytes. Two Swift strings are equal already when they look alike, and none holds
/// bytes that are not UTF-8.
public struct JourneyName: Hashable, Sendable, Codable {
    private let bytes: Data

    public init(_ text: String) {
        bytes = Data(text.utf8)
    }

    /// The name for a person, with U+FFFD in the place of bytes that are not UTF-8.
    public var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension JourneyName: Comparable {
    public static func < (left: JourneyName, right: JourneyName) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

/// Read from `CAST(journey AS BLOB)`, and compared with `CAST(? AS TEXT)`.
extension JourneyName: DatabaseValueConvertible {
    public var databaseValue: DatabaseValue { bytes.databaseValue }

    public static func fromDatabaseValue(_ value: DatabaseValue) -> JourneyName? {
        Data.fromDatabaseValue(value).map(JourneyName.init(bytes:))
    }

    private init(bytes: Data) {
        self.bytes = bytes
    }
}
