import Foundation
import GRDB
import JourneyOutbox
import Testing

/// Runs the examples and checks the statements of docs/producers.md and docs/schema.md.
struct DocumentTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        try scratch.outbox().write { db in
            try db.execute(
                sql: "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT NOT NULL, total TEXT NOT NULL)")
        }
    }

    @Test(.enabled(if: Tool.works("python3", "-c", "import sqlite3"), "python3 with sqlite3 is not here"))
    func `the python snippets do what the docs describe`() throws {
        let snippets = try Repository.snippets(in: "docs/producers.md", language: "python")
        #expect(snippets.count == 2)
        let calls = """
            print(place_order("customer-17", "12.50"))
            db.execute("DELETE FROM orders")
            print(place_order("customer-17", "12.50"))
            try:
                place_order("", "1.00")
            except sqlite3.IntegrityError as error:
                print(error)
            print(cancel(1), cancel(1), db.execute("SELECT count(*) FROM orders").fetchone()[0])
            """
        let path = try scratch.write(snippets.joined(separator: "\n") + calls, to: "snippet.py")
        let outcome = try Tool.run(["python3", path], in: scratch.folder)
        #expect(outcome.output == "1\nNone\noutbox.external_id must not be empty: leave it NULL\nTrue False 1\n")
    }

    @Test(.enabled(if: Tool.works("php", "-r", "new PDO('sqlite::memory:');"), "php with pdo_sqlite is not here"))
    func `the PHP snippet does what the docs describe`() throws {
        let snippets = try Repository.snippets(in: "docs/producers.md", language: "php")
        #expect(snippets.count == 1)
        let calls = """
            var_dump(placeOrder($db, 'customer-17', '12.50'));
            $db->exec('DELETE FROM orders');
            var_dump(placeOrder($db, 'customer-17', '12.50'));
            try {
                placeOrder($db, '', '1.00');
            } catch (PDOException $error) {
                echo $error->errorInfo[2], "\\n";
            }
            """
        let path = try scratch.write("<?php\n" + snippets.joined() + calls, to: "snippet.php")
        let outcome = try Tool.run(["php", path], in: scratch.folder)
        #expect(outcome.output == "int(1)\nNULL\noutbox.external_id must not be empty: leave it NULL\n")
    }

    @Test func `the SQL snippets run in their order`() throws {
        let snippets = try Repository.snippets(in: "docs/producers.md", language: "sql")
        #expect(snippets.count == 2)
        try scratch.database().write { (db) throws in
            try db.execute(sql: snippets[0])
            for _ in 1...17 { try db.execute(sql: "INSERT INTO orders (customer, total) VALUES ('c', '1.00')") }
            #expect(try Int64.fetchAll(db, sql: snippets[1]) == [17])
        }
    }

    @Test func `every column and object of the schema is described`() throws {
        let text = try Repository.text("docs/schema.md")
        let names = try scratch.database().read { db in
            try String.fetchAll(
                db, sql: "SELECT name FROM sqlite_master WHERE name LIKE 'outbox%' AND type IN ('table', 'view')")
                + db.columns(in: "outbox").map(\.name) + db.columns(in: "outbox_intents").map(\.name)
                + db.columns(in: "outbox_history").map(\.name)
        }
        for name in names { #expect(text.contains(name), "\(name)") }
    }

    /// docs/producers.md warns about this. The warning would be wrong for a pool that keeps synchronous=FULL.
    @Test func `a pool resets synchronous after it was prepared`() throws {
        var configuration = Configuration()
        configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA synchronous = FULL") }
        let pool = try DatabasePool(path: scratch.path("pool.db"), configuration: configuration)
        try pool.writeWithoutTransaction { (db) throws in
            #expect(try Int.fetchOne(db, sql: "PRAGMA synchronous") == 1)
            try db.execute(sql: "PRAGMA synchronous = FULL")
            #expect(try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2)
        }
        try pool.close()
    }
}
