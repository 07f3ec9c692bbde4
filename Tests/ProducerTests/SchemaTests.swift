import GRDB
import JourneyOutbox
import OutboxMigrations
import Testing

/// Installing the schema, and reporting its differences.
struct SchemaTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    private let names = Migrations.all.map(\.name)

    @Test func `migrating twice changes nothing the second time`() throws {
        let queue = try scratch.database()
        #expect(try queue.read { db in try Outbox.check(db) }.isAbsent)
        #expect(try Outbox.migrate(queue) == names)
        #expect(try Outbox.migrate(queue) == [])
        let report = try queue.read { db in try Outbox.check(db) }
        #expect(report.isCurrent)
        #expect(report.problems == [])
    }

    /// The rules search for NUL bytes, and in UTF-16 every second byte of ASCII text is NUL.
    @Test(arguments: ["UTF-16le", "UTF-16be"])
    func `a database whose texts are UTF-16 is refused, instead of refusing every intent`(encoding: String) throws {
        let queue = try scratch.database()
        try queue.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA encoding = '\(encoding)'; CREATE TABLE orders (id INTEGER)")
        }
        #expect(throws: OutboxError(.databaseEncoding, "")) { try Outbox.migrate(queue) }
        #expect(try queue.read { db in try Outbox.check(db) }.isAbsent)
        // Another migration tool does not check this.
        try queue.write { db in for migration in Migrations.all { try db.execute(sql: migration.up) } }
        let problems = try queue.read { db in try Outbox.check(db) }.problems
        #expect(problems.count == 1 && problems[0].contains("stores its text as \(encoding)"), "\(problems)")
    }

    @Test func `migrating leaves the journal mode as it is`() throws {
        let queue = try scratch.outbox()
        #expect(try queue.read { db in try String.fetchOne(db, sql: "PRAGMA journal_mode") } == "delete")
    }

    @Test func `migrating shares the caller's transaction`() throws {
        let queue = try scratch.database()
        try queue.writeWithoutTransaction { (db) throws in
            try db.inTransaction { () throws in
                #expect(try Outbox.migrate(in: db) == names)
                return .rollback
            }
            #expect(try Outbox.check(db).isAbsent)
        }
    }

    @Test func `what another tool has applied is recognised, without its comments and white space`() throws {
        let queue = try scratch.database()
        try queue.write { (db) throws in
            for migration in Migrations.all.prefix(3) { try db.execute(sql: migration.up) }
            let bare = Migrations.all[3].up.split(separator: "\n").filter { !$0.hasPrefix("--") }
            try db.execute(sql: bare.map { "  \($0)" }.joined(separator: "\t\n/* a tool's */\n"))
        }
        #expect(try Outbox.migrate(queue) == Array(names.dropFirst(4)))
    }

    @Test func `the user's own objects are ignored`() throws {
        let queue = try scratch.outbox()
        try queue.write { (db) throws in
            try db.execute(
                sql: """
                    CREATE TABLE outbox_of_mine (id INTEGER PRIMARY KEY);
                    CREATE INDEX outbox_by_email ON outbox (email);
                    CREATE TRIGGER audit AFTER INSERT ON outbox BEGIN INSERT INTO outbox_of_mine VALUES (NEW.id); END;
                    """)
        }
        #expect(try queue.read { db in try Outbox.check(db) }.isCurrent)
        #expect(try Outbox.migrate(queue) == [])
    }

    @Test(arguments: [
        ("CREATE TABLE outbox (id INTEGER PRIMARY KEY, payload TEXT)", "outbox"),
        ("CREATE TABLE Outbox_Dead (id INTEGER PRIMARY KEY)", "outbox_dead"),
        ("CREATE VIEW outbox_meta AS SELECT 1", "outbox_meta"),
        ("CREATE TABLE t (a); CREATE INDEX outbox_ready ON t (a)", "outbox_ready"),
    ])
    func `an object that is older than the outbox is named and not changed`(sql: String, name: String) throws {
        let queue = try scratch.database()
        try queue.write { db in try db.execute(sql: sql) }
        let error = #expect(throws: OutboxError.self) { try Outbox.migrate(queue) }
        #expect(error?.errorCode == .schemaClash)
        #expect(error?.message.contains("\(name) does not belong to the outbox") == true)
        let report = try queue.read { db in try Outbox.check(db) }
        #expect(report.clashing == [name])
        #expect(report.pending.contains("0002_outbox_guard"))
    }

    @Test func `a changed object is altered, a dropped trigger comes back`() throws {
        let queue = try scratch.outbox()
        try queue.write { (db) throws in
            try db.execute(sql: "DROP TRIGGER outbox_unchanged; ALTER TABLE outbox_dead ADD COLUMN note TEXT")
        }
        let report = try queue.read { db in try Outbox.check(db) }
        #expect(report.missing == ["outbox_unchanged"])
        #expect(report.altered == ["outbox_dead"])
        #expect(report.clashing == [])
        #expect(report.problems.count == 2)
        #expect(throws: OutboxError(.schemaClash, "")) { try Outbox.migrate(queue) }

        let other = try scratch.outbox("other.db")
        try other.write { db in try db.execute(sql: "DROP TRIGGER outbox_unchanged") }
        #expect(try Outbox.migrate(other) == ["0004_outbox_unchanged"])
    }

    @Test func `a migration that was applied partly is named`() throws {
        let queue = try scratch.outbox()
        try queue.write { db in try db.execute(sql: "DROP INDEX outbox_ready") }
        let error = #expect(throws: OutboxError.self) { try Outbox.migrate(queue) }
        #expect(error?.errorCode == .schemaIncomplete)
        #expect(error?.message == "0001_outbox_tables was applied in part: outbox_ready is missing")
    }

    @Test func `a newer schema is refused`() throws {
        let queue = try scratch.outbox()
        try queue.write { db in try db.execute(sql: "UPDATE outbox_meta SET value = 7 WHERE key = 'schema_version'") }
        #expect(throws: OutboxError(.schemaNewer, "")) { try Outbox.migrate(queue) }
        #expect(try queue.read { db in try Outbox.check(db) }.newerVersion == 7)
    }
}
