import Delivery
import Foundation
import GRDB
import OutboxMigrations
import Sandbox
import SQLiteStore
import Testing

/// Databases with the schema of another version.
@Suite(.timeLimit(.minutes(3)))
struct UpgradeTests {
    /// The first version's schema.
    private static let first = Migrations.all.prefix { $0.name < "0011" }

    @Test func `an older schema with requests in flight is migrated, and each of them is delivered once`() async throws
    {
        try await Workbench.open { bench in
            let shop = Shop(bench: bench, name: "older")
            try shop.create(Self.first.map(\.up))
            try shop.insert(1...4)
            try shop.freeze([1, 2], target: bench.target, isPossiblyExecuted: true)
            try shop.freeze([3], target: bench.target, isPossiblyExecuted: false)
            if Migrations.all.count > Self.first.count {
                #expect(try await shop.run(["run"], exits: 78).contains("journey-outbox migrate"))
            }
            try await shop.run(["migrate"])
            try await shop.drain()
            #expect(bench.effects(of: 1...4) == [1, 1, 1, 1])
            #expect(try shop.states() == ["delivered": 4])
            // The frozen batches were sent under the keys that they were frozen with.
            let keys = Set(bench.sandbox.requests().compactMap(\.idempotencyKey))
            #expect(keys.isSuperset(of: ["key-1", "key-3"]))
        }
    }

    @Test(arguments: ["run", "drain", "migrate"])
    func `a newer schema is refused with exit 78 and left as it is`(command: String) async throws {
        try await Workbench.open { bench in
            let shop = try Shop.open(in: bench)
            try shop.use { queue in
                try queue.write {
                    try $0.execute(sql: "UPDATE outbox_meta SET value = 99 WHERE key = 'schema_version'")
                }
            }
            let text = try await shop.run([command], exits: 78)
            #expect(text.contains("the schema's version is 99"))
            #expect(try shop.query("SELECT count(*) FROM outbox_meta WHERE key = 'uuid'") == 0)
        }
    }
}

extension Shop {
    /// Creates the database from SQL.
    fileprivate func create(_ sql: [String]) throws {
        try use { queue in
            try queue.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA journal_mode = WAL")
                for text in sql { try db.execute(sql: text) }
            }
        }
    }

    /// Freezes rows as the worker of the first version did, in its SQL.
    fileprivate func freeze(_ orders: [Int], target: Target, isPossiblyExecuted: Bool) throws {
        let users = orders.map { #"{"external_id":"cust-\#($0)","data":{"order":\#($0)}}"# }
        let body = #"{"users":["# + users.joined(separator: ",") + "]}"
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        let members = try orders.map { order in
            let data = #"{"order":\#(order)}"#
            let range = try #require(body.utf8.indices(of: data))
            return
                #"[\#(order),0,0,"cust-\#(order)",null,null,null,null,null,null,\#(now),null,null,null,\#(range),\#(data.utf8.count),null]"#
        }
        try use { queue in
            try queue.write { db in
                try db.execute(
                    sql: """
                        INSERT INTO outbox_batch (state, journey, key, target, api_key_fingerprint, body_sha256, first_id,
                          last_id, size, attempt, possibly_executed_since, due_at, frozen_at, sent_at, updated_at, members,
                          body)
                        VALUES ('sending', 'welcome', ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        "key-\(orders[0])", target.text(),
                        IdempotencyKey.fingerprint(ofAPIKey: Workbench.secret),
                        IdempotencyKey.digest(ofBody: Array(body.utf8)), orders.min(), orders.max(), orders.count,
                        isPossiblyExecuted ? now : nil, now, now, now, now, "[" + members.joined(separator: ",") + "]",
                        Data(body.utf8),
                    ])
                try db.execute(sql: "UPDATE outbox_meta SET value = 1 WHERE key = 'moving'")
                for order in orders { try db.execute(sql: "DELETE FROM outbox WHERE id = ?", arguments: [order]) }
                try db.execute(sql: "UPDATE outbox_meta SET value = 0 WHERE key = 'moving'")
            }
        }
    }
}

extension Workbench {
    fileprivate var target: Target { configuration.target(of: Self.users) }
}

extension String.UTF8View {
    /// The offset of a text, in bytes.
    fileprivate func indices(of text: String) -> Int? {
        let (all, wanted) = (Array(self), Array(text.utf8))
        guard wanted.count <= all.count else { return nil }
        return (0...(all.count - wanted.count)).first { all[$0..<($0 + wanted.count)].elementsEqual(wanted) }
    }
}
