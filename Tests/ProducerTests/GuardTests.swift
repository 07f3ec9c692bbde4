import Foundation
import GRDB
import OutboxMigrations
import Testing

/// An invalid row fails at its INSERT, with every form of INSERT.
struct GuardTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    static let clauses = ["", "OR IGNORE", "OR REPLACE", "OR ABORT", "OR FAIL", "OR ROLLBACK"]
    static let upserts = ["ON CONFLICT DO NOTHING", "ON CONFLICT (id) DO UPDATE SET journey = 'taken over'"]

    @Test(arguments: [false, true])
    func `a bad row fails with its sentence under every conflict clause`(recursiveTriggers: Bool) throws {
        let queue = try scratch.outbox()
        try queue.write { (db) throws in
            try db.execute(sql: "PRAGMA recursive_triggers = \(recursiveTriggers ? 1 : 0)")
        }
        try queue.writeWithoutTransaction { (db) throws in
            for row in BadRow.all {
                for statement in Self.statements(row) {
                    let verdict = Self.verdict(on: statement, in: db)
                    if !verdict.hasPrefix(row.sentence) {
                        Issue.record("\(verdict): \(statement.sql): \(row.testDescription)")
                    }
                }
            }
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM outbox") == 0)
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM outbox_dedup") == 0)
        }
    }

    @Test func `one bad row takes back its whole statement, and not the transaction`() throws {
        let queue = try scratch.outbox()
        try queue.write { (db) throws in
            try db.execute(sql: "INSERT INTO outbox (journey, email) VALUES ('welcome', 'kept')")
            #expect(throws: DatabaseError.self) {
                try db.execute(sql: "INSERT INTO outbox (journey, email) VALUES ('welcome', 'lost'), ('', 'bad')")
            }
        }
        #expect(try queue.read { db in try String.fetchAll(db, sql: "SELECT email FROM outbox") } == ["kept"])
    }

    @Test(
        arguments: [
            ["data": " {\"a\":1}\n"], ["data": #"{"é":"日本"}"#],
            ["profile": #"{"a":"\u0000","b":"email","c":{"email":1}}"#],
            ["profile": #"{"emails":1,"a":"\""}"#, "data": "{}"], ["journey": "é", "external_id": "日本"],
            ["external_id": nil, "email": String(repeating: "x", count: 2_000)],
            ["journey": "17", "external_id": "42"],
            ["scheduled_at": "1700000000000", "expires_at": "1700000000001"], ["created_at": "1700000000000.0"],
            ["traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"], ["id": nil, "data": nil],
            ["data": #"{"external_id":1,"email":2}"#],
            ["data": #"{"a":""# + String(repeating: "é", count: 20_000) + #""}"#],
        ] as [[String: String?]])
    func `a good row is accepted under every conflict clause`(columns: [String: String?]) throws {
        let queue = try scratch.outbox()
        let row = BadRow("", columns.mapValues { $0 })
        try queue.write { (db) throws in
            for (sql, arguments) in Self.statements(row) { try db.execute(sql: sql, arguments: arguments) }
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM outbox") == Self.statements(row).count)
        }
    }

    @Test(arguments: ["UPDATE", "UPDATE OR IGNORE", "UPDATE OR REPLACE"])
    func `a committed intent cannot be updated`(verb: String) throws {
        let queue = try scratch.outbox()
        try queue.write { (db) throws in
            try db.execute(sql: "INSERT INTO outbox (journey, email) VALUES ('welcome', 'a@example.com')")
            let error = #expect(throws: DatabaseError.self) {
                try db.execute(sql: "\(verb) outbox SET journey = 'other'")
            }
            #expect(error?.message?.hasPrefix("outbox rows cannot be updated") == true)
        }
    }

    /// The guard has a fast path for most rows. Without it, every rule is checked, and the results must be the same.
    @Test func `the guard's shortcut decides nothing`() throws {
        let queues = [try scratch.outbox("shortcut.db"), try scratch.outbox("sentences.db")]
        let guardian = try #require(Migrations.all.first { $0.name == "0002_outbox_guard" }).up
        let start = try #require(guardian.range(of: "  WHERE (\n"))
        let end = try #require(guardian.range(of: "  ) IS NOT TRUE"))
        try queues[1].write { db in
            try db.execute(sql: "DROP TRIGGER outbox_guard")
            try db.execute(sql: guardian.replacingCharacters(in: start.lowerBound..<end.upperBound, with: ""))
        }
        let seed = UInt64.random(in: 0...UInt64.max)
        var rows = RandomRows(seed: seed)
        let drawn = (0..<2_000).map { _ in rows.next() }
        let verdicts = try queues.map { queue in
            try queue.write { db in drawn.map { row in Self.verdict(on: Self.statements(row)[0], in: db) } }
        }
        for (row, (left, right)) in zip(drawn, zip(verdicts[0], verdicts[1])) where left != right {
            Issue.record("seed \(seed): \(left) and \(right) for \(row.testDescription)")
        }
        #expect(verdicts[0].count { $0 == "accepted" } > 200, "seed \(seed): too few rows were good")
    }

    private static func verdict(on statement: (sql: String, arguments: StatementArguments), in db: Database) -> String {
        do {
            try db.cachedStatement(sql: statement.sql).execute(arguments: statement.arguments)
            return "accepted"
        } catch let error as DatabaseError {
            return error.message ?? "no message"
        } catch {
            return "\(error)"
        }
    }

    /// Every form of INSERT. A text with NUL is written as a literal, because GRDB binds a text only up to its first
    /// NUL.
    private static func statements(_ row: BadRow) -> [(sql: String, arguments: StatementArguments)] {
        // Sorted, so that rows with the same columns share a prepared statement.
        let columns = row.columns.sorted { $0.key < $1.key }
        let names = columns.map(\.key).joined(separator: ", ")
        var arguments: [DatabaseValue] = []
        let places = columns.map { (_, value) -> String in
            if case .string(let text) = value.storage, text.utf8.contains(0) {
                return "CAST(x'\(text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())' AS TEXT)"
            }
            arguments.append(value)
            return "?"
        }.joined(separator: ", ")
        let inserts = clauses.flatMap { clause in
            ["VALUES (\(places))", "SELECT \(places)"].map { "INSERT \(clause) INTO outbox (\(names)) \($0)" }
        }
        let others = upserts.map { "INSERT INTO outbox (\(names)) VALUES (\(places)) \($0)" }
        return (inserts + others).map { ($0, StatementArguments(arguments)) }
    }
}
