import Foundation
import GRDB
import Operation

/// Read from `CAST(journey AS BLOB)`, and compared with `CAST(? AS TEXT)`.
extension JourneyName: DatabaseValueConvertible {
    public var databaseValue: DatabaseValue { bytes.databaseValue }

    public static func fromDatabaseValue(_ value: DatabaseValue) -> JourneyName? {
        Data.fromDatabaseValue(value).map(JourneyName.init(bytes:))
    }
}
