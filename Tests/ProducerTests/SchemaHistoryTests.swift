import GRDB
import OutboxMigrations
import Testing

@testable import JourneyOutbox

/// Distinguishing an older schema from a changed one.
struct SchemaHistoryTests {
    /// The schema after each of these statements.
    private func history(_ steps: [String]) throws -> SchemaHistory {
        let queue = try DatabaseQueue()
        return SchemaHistory(
            steps: try steps.map { sql in
                try queue.write { db in
                    try db.execute(sql: sql)
                    return try Schema(of: db)
                }
            })
    }

    private func schema(_ sql: String) throws -> Schema {
        try DatabaseQueue().write { db in
            try db.execute(sql: sql)
            return try Schema(of: db)
        }
    }

    @Test func `a step that makes an object anew knows the old one from the new one and from another`() throws {
        let history = try history([
            "CREATE TABLE t (a); CREATE VIEW v AS SELECT 1", "CREATE INDEX i ON t (a)",
            "DROP VIEW v; CREATE VIEW v AS SELECT 2; ALTER TABLE t ADD COLUMN b",
        ])
        #expect(history.changes(at: 0) == [])
        #expect(history.changes(at: 1) == [])
        #expect(history.changes(at: 2) == ["t", "v"])
        let old = try schema("CREATE TABLE t (a); CREATE VIEW v AS SELECT 1")
        #expect(history.status(of: "v", in: old, at: 0) == .made)
        #expect(history.status(of: "v", in: old, at: 2) == .earlier)
        #expect(history.status(of: "i", in: old, at: 1) == .missing)
        let new = try schema("CREATE TABLE t (a, b); CREATE VIEW v AS SELECT 2")
        #expect(history.status(of: "v", in: new, at: 0) == .made)
        #expect(history.status(of: "v", in: new, at: 2) == .made)
        let other = try schema("CREATE VIEW t AS SELECT 9; CREATE VIEW v AS SELECT 3")
        #expect(history.status(of: "v", in: other, at: 2) == .foreign(isSameType: true))
        #expect(history.status(of: "t", in: other, at: 0) == .foreign(isSameType: false))
    }

    @Test func `an outbox of any earlier version is completed, step by step`() throws {
        for count in 1..<Migrations.all.count {
            let queue = try DatabaseQueue()
            try queue.write { db in
                for migration in Migrations.all.prefix(count) { try db.execute(sql: migration.up) }
            }
            let report = try queue.read { db in try Outbox.check(db) }
            #expect(report.pending == Migrations.all.dropFirst(count).map(\.name))
            #expect(report.altered + report.clashing + report.incomplete == [])
            #expect(!report.isCurrent)
            #expect(try Outbox.migrate(queue) == report.pending)
            #expect(try queue.read { db in try Outbox.check(db) }.isCurrent)
        }
    }
}
