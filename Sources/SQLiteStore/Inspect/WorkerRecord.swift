import Delivery
import Foundation
import GRDB

/// What a worker leaves in `outbox_meta` about itself when it starts, for people who ask later.
///
/// It says who served the database last, not whether anyone does now: that is what `WorkerLock` knows.
public struct WorkerRecord: Sendable, Equatable, Codable {
    public var pid: Int
    public var version: String
    /// When it took over.
    public var since: WallTime

    public init(pid: Int, version: String, since: WallTime) {
        self.pid = pid
        self.version = version
        self.since = since
    }

    /// The latest worker's record; nil when there is none, or one that this version cannot read.
    public static func read(_ db: Database) throws -> WorkerRecord? {
        guard let text = try MetaTable(db: db).text(.worker) else { return nil }
        do {
            return try JSONDecoder().decode(Self.self, from: Data(text.utf8))
        } catch is DecodingError {
            return nil
        }
    }

    /// Stores the record, inside the caller's transaction.
    public func write(_ db: Database) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try MetaTable(db: db).set(.worker, String(decoding: try encoder.encode(self), as: UTF8.self))
    }

    private enum CodingKeys: CodingKey {
        case pid, version, since
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        pid = try values.decode(Int.self, forKey: .pid)
        version = try values.decode(String.self, forKey: .version)
        since = WallTime(milliseconds: try values.decode(Int64.self, forKey: .since))
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(pid, forKey: .pid)
        try values.encode(version, forKey: .version)
        try values.encode(since.milliseconds, forKey: .since)
    }
}
