import Delivery
import Foundation
import GRDB
import JourneyOutbox
import Testing

@testable import SQLiteStore

/// The keys of `outbox_meta`: one description of their names and types.
struct MetaTableTests {
    private static func outbox() throws -> DatabaseQueue {
        let queue = try DatabaseQueue()
        try Outbox.migrate(queue)
        return queue
    }

    @Test func `each value is stored as its key says, and read back`() throws {
        try Self.outbox().write { db in
            let meta = MetaTable(db: db)
            for (number, key) in MetaKey.allCases.enumerated() where key != .schemaVersion {
                let value = Int64(number)
                switch key.storage {
                case .integer: try meta.set(key, value)
                case .text: try meta.set(key, String(value))
                }
                #expect(try meta.integer(key) == value && meta.text(key) == String(value))
                let type = try String.fetchOne(
                    db, sql: "SELECT typeof(value) FROM outbox_meta WHERE key = ?", arguments: [key.rawValue])
                #expect(type == "\(key.storage)")
            }
            let keys = try String.fetchSet(db, sql: "SELECT key FROM outbox_meta")
            #expect(keys == Set(MetaKey.allCases.map(\.rawValue)))
        }
    }

    @Test func `a value that is no number reads as none`() throws {
        try Self.outbox().write { db in
            try MetaTable(db: db).set(.bodyBytesMax, "many")
            #expect(try LearnedState(db: db).bodyBytesMax() == nil)
        }
    }

    @Test(arguments: [MetaKey.moving, .fence])
    func `a row that the worker needs is missed before anything is changed`(key: MetaKey) async throws {
        let bench = try await StoreBench()
        try bench.insert([nil])
        try await bench.business.write { try MetaTable(db: $0).remove(key) }
        if key == .fence {
            let successor = try SQLiteStore(path: bench.path)
            await #expect(throws: BrokenInvariant.self) { try await successor.takeOver(at: StoreBench.now) }
        } else {
            await #expect(throws: BrokenInvariant.self) { try await bench.claimAll() }
        }
        #expect(try bench.query("SELECT count(*) FROM outbox") == 1)
        #expect(try bench.query("SELECT count(*) FROM outbox_batch") == 0)
        #expect(try bench.query("SELECT count(*) FROM outbox_dead") == 0)
    }
}
