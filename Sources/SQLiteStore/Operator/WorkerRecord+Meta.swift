import Foundation
import GRDB
import Operation

extension WorkerRecord {
    /// The last worker's record; nil when there is none, or when this version cannot read it.
    static func read(_ db: Database) throws -> WorkerRecord? {
        guard let text = try MetaTable(db: db).text(.worker) else { return nil }
        do {
            return try JSONDecoder().decode(Self.self, from: Data(text.utf8))
        } catch is DecodingError {
            return nil
        }
    }

    /// Stores the record, inside the caller's transaction.
    func write(_ db: Database) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try MetaTable(db: db).set(.worker, String(decoding: try encoder.encode(self), as: UTF8.self))
    }
}
