import GRDB
import Testing

/// The first intent with a dedup key reserves it.
struct DedupTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    @Test(arguments: GuardTests.clauses, [false, true])
    func `one key lets one intent through, also within one statement`(clause: String, recursiveTriggers: Bool) throws {
        let queue = try scratch.outbox()
        try queue.writeWithoutTransaction { (db) throws in
            try db.execute(sql: "PRAGMA recursive_triggers = \(recursiveTriggers ? 1 : 0)")
            try db.execute(
                sql: """
                    INSERT \(clause) INTO outbox (journey, external_id, dedup_key)
                    VALUES ('w', 'first', 'k'), ('w', 'repeat', 'k'), ('other', 'elsewhere', 'k'), ('w', 'second', 'k2')
                    """)
            try db.execute(
                sql: "INSERT \(clause) INTO outbox (journey, external_id, dedup_key) SELECT 'w', 'again', 'k'")
            #expect(db.changesCount == 0)
            #expect(
                try String.fetchAll(db, sql: "SELECT external_id FROM outbox ORDER BY id")
                    == ["first", "elsewhere", "second"])
            #expect(
                try Row.fetchAll(db, sql: "SELECT journey, dedup_key, intent_id FROM outbox_dedup ORDER BY 1, 2")
                    == Row.fetchAll(
                        db, sql: "SELECT journey, dedup_key, id AS intent_id FROM outbox ORDER BY journey, dedup_key"))
        }
    }

    @Test func `a bad repeat is refused before it is ignored`() throws {
        let queue = try scratch.outbox()
        try queue.write { (db) throws in
            try db.execute(sql: "INSERT INTO outbox (journey, external_id, dedup_key) VALUES ('w', 'c', 'k')")
            let error = #expect(throws: DatabaseError.self) {
                try db.execute(
                    sql:
                        "INSERT OR IGNORE INTO outbox (journey, external_id, data, dedup_key) VALUES ('w', 'c', '[]', 'k')"
                )
            }
            #expect(error?.message == "outbox.data must be a JSON object")
        }
    }

    @Test func `a repeat returns no row and leaves the last id stale`() throws {
        let queue = try scratch.outbox()
        try queue.write { (db) throws in
            let sql = "INSERT INTO outbox (journey, external_id, dedup_key) VALUES ('w', 'c', 'k') RETURNING id"
            #expect(try Int64.fetchAll(db, sql: sql) == [1])
            try db.execute(sql: "CREATE TABLE orders (id INTEGER PRIMARY KEY); INSERT INTO orders VALUES (99)")
            #expect(try Int64.fetchAll(db, sql: sql) == [])
            #expect(db.lastInsertedRowID == 99)
        }
    }

    @Test func `an id is never given twice`() throws {
        let queue = try scratch.outbox()
        try queue.write { (db) throws in
            try db.execute(sql: "INSERT INTO outbox (journey, external_id) VALUES ('w', 'c')")
            try db.execute(sql: "DELETE FROM outbox")
            try db.execute(sql: "INSERT INTO outbox (journey, external_id) VALUES ('w', 'c')")
            #expect(try Int64.fetchOne(db, sql: "SELECT id FROM outbox") == 2)
        }
    }
}
