import Foundation
import GRDB
import JourneyOutbox
import Testing

/// The same scenario in each language, with its own driver: install, insert, insert a duplicate, break a rule, roll
/// back, cancel. A language that is not installed is skipped, and the test names it.
struct LanguageTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    private static let insert = "INSERT INTO outbox (journey, external_id, data, dedup_key) VALUES (?, ?, ?, ?)"

    @Test(.enabled(if: Tool.works("python3", "-c", "import sqlite3"), "python3 with sqlite3 is not here"))
    func `python runs the scenario`() throws {
        try tell(
            with: "python3", "story.py",
            """
            import glob, sqlite3, sys
            db = sqlite3.connect("shop.db", timeout=5, isolation_level=None)
            for path in sorted(glob.glob(sys.argv[1] + "/*.up.sql")):
                db.executescript(open(path).read())
            insert = "\(Self.insert)"
            print(db.execute(insert, ("w", "c", '{"a":1}', "k")).lastrowid)
            print(db.execute(insert, ("w", "c", "{}", "k")).rowcount)
            for verb in ("INSERT", "INSERT OR IGNORE", "REPLACE"):
                try:
                    db.execute(insert.replace("INSERT", verb), ("w", "c", "[]", "k2"))
                except sqlite3.IntegrityError as error:
                    print(error)
            db.execute("BEGIN IMMEDIATE")
            db.execute(insert, ("w", "c", "{}", "k3"))
            db.execute("ROLLBACK")
            print(db.execute("SELECT count(*) FROM outbox").fetchone()[0])
            db.execute("DELETE FROM outbox_intents WHERE id = 1")
            print(db.execute("SELECT state FROM outbox_intents WHERE id = 1").fetchone()[0])
            """)
    }

    @Test(.enabled(if: Tool.works("php", "-r", "new PDO('sqlite::memory:');"), "php with pdo_sqlite is not here"))
    func `php runs the scenario`() throws {
        try tell(
            with: "php", "story.php",
            """
            <?php
            $db = new PDO('sqlite:shop.db', null, null, [PDO::ATTR_TIMEOUT => 5]);
            foreach (glob($argv[1] . '/*.up.sql') as $path) $db->exec(file_get_contents($path));
            $insert = '\(Self.insert)';
            $db->prepare($insert)->execute(['w', 'c', '{"a":1}', 'k']);
            echo $db->lastInsertId(), "\\n";
            $repeat = $db->prepare($insert);
            $repeat->execute(['w', 'c', '{}', 'k']);
            echo $repeat->rowCount(), "\\n";
            foreach (['INSERT', 'INSERT OR IGNORE', 'REPLACE'] as $verb) {
                try {
                    $db->prepare(str_replace('INSERT', $verb, $insert))->execute(['w', 'c', '[]', 'k2']);
                } catch (PDOException $error) {
                    echo $error->errorInfo[2], "\\n";
                }
            }
            $db->exec('BEGIN IMMEDIATE');
            $db->prepare($insert)->execute(['w', 'c', '{}', 'k3']);
            $db->exec('ROLLBACK');
            echo $db->query('SELECT count(*) FROM outbox')->fetchColumn(), "\\n";
            $db->exec('DELETE FROM outbox_intents WHERE id = 1');
            echo $db->query('SELECT state FROM outbox_intents WHERE id = 1')->fetchColumn(), "\\n";
            """)
    }

    @Test(.enabled(if: Tool.works("ruby", "-e", "require 'sqlite3'"), "ruby with sqlite3 is not here"))
    func `ruby runs the scenario`() throws {
        try tell(
            with: "ruby", "story.rb",
            """
            require "sqlite3"
            db = SQLite3::Database.new("shop.db")
            db.busy_timeout = 5000
            Dir[ARGV[0] + "/*.up.sql"].sort.each { |path| db.execute_batch(File.read(path)) }
            insert = "\(Self.insert)"
            db.execute(insert, ["w", "c", '{"a":1}', "k"])
            puts db.last_insert_row_id
            db.execute(insert, ["w", "c", "{}", "k"])
            puts db.changes
            ["INSERT", "INSERT OR IGNORE", "REPLACE"].each do |verb|
              db.execute(insert.sub("INSERT", verb), ["w", "c", "[]", "k2"])
            rescue SQLite3::ConstraintException => error
              puts error.message.lines.first
            end
            begin
              db.transaction(:immediate) { db.execute(insert, ["w", "c", "{}", "k3"]); raise "no" }
            rescue RuntimeError
            end
            puts db.get_first_value("SELECT count(*) FROM outbox")
            db.execute("DELETE FROM outbox_intents WHERE id = 1")
            puts db.get_first_value("SELECT state FROM outbox_intents WHERE id = 1")
            """)
    }

    @Test(.enabled(if: Tool.works("perl", "-MDBD::SQLite", "-e", "1"), "perl with DBD::SQLite is not here"))
    func `perl runs the scenario`() throws {
        try tell(
            with: "perl", "story.pl",
            """
            use DBI;
            my $db = DBI->connect("dbi:SQLite:dbname=shop.db", "", "",
                { RaiseError => 1, PrintError => 0, sqlite_use_immediate_transaction => 1,
                  sqlite_allow_multiple_statements => 1 });
            for my $path (sort glob("$ARGV[0]/*.up.sql")) { local $/; open my $file, "<", $path; $db->do(<$file>); }
            my $insert = "\(Self.insert)";
            $db->do($insert, undef, "w", "c", '{"a":1}', "k");
            print $db->sqlite_last_insert_rowid, "\\n";
            print 0 + $db->do($insert, undef, "w", "c", "{}", "k"), "\\n";
            for my $verb ("INSERT", "INSERT OR IGNORE", "REPLACE") {
                eval { $db->do($insert =~ s/INSERT/$verb/r, undef, "w", "c", "[]", "k2") };
                print $db->errstr, "\\n";
            }
            $db->begin_work;
            $db->do($insert, undef, "w", "c", "{}", "k3");
            $db->rollback;
            print $db->selectrow_array("SELECT count(*) FROM outbox"), "\\n";
            $db->do("DELETE FROM outbox_intents WHERE id = 1");
            print $db->selectrow_array("SELECT state FROM outbox_intents WHERE id = 1"), "\\n";
            """)
    }

    @Test(.enabled(if: Tool.works("node", "-e", "require('node:sqlite')"), "node with node:sqlite is not here"))
    func `node runs the scenario`() throws {
        try tell(
            with: "node", "story.js",
            """
            const fs = require("node:fs");
            const { DatabaseSync } = require("node:sqlite");
            const db = new DatabaseSync("shop.db");
            const folder = process.argv[2];
            for (const file of fs.readdirSync(folder).filter((name) => name.endsWith(".up.sql")).sort())
              db.exec(fs.readFileSync(`${folder}/${file}`, "utf8"));
            const insert = "\(Self.insert)";
            console.log(db.prepare(insert).run("w", "c", '{"a":1}', "k").lastInsertRowid);
            console.log(db.prepare(insert).run("w", "c", "{}", "k").changes);
            for (const verb of ["INSERT", "INSERT OR IGNORE", "REPLACE"])
              try {
                db.prepare(insert.replace("INSERT", verb)).run("w", "c", "[]", "k2");
              } catch (error) {
                console.log(error.message);
              }
            db.exec("BEGIN IMMEDIATE");
            db.prepare(insert).run("w", "c", "{}", "k3");
            db.exec("ROLLBACK");
            console.log(db.prepare("SELECT count(*) AS n FROM outbox").get().n);
            db.exec("DELETE FROM outbox_intents WHERE id = 1");
            console.log(db.prepare("SELECT state FROM outbox_intents WHERE id = 1").get().state);
            """)
    }

    @Test(.enabled(if: Tool.works("sqlite3", "--version"), "the sqlite3 shell is not here"))
    func `the sqlite3 shell runs the scenario`() throws {
        let insert = "INTO outbox (journey, external_id, data, dedup_key) VALUES"
        let story = try scratch.write(
            """
            INSERT \(insert) ('w', 'c', '{"a":1}', 'k');
            SELECT last_insert_rowid();
            INSERT \(insert) ('w', 'c', '{}', 'k');
            SELECT changes();
            INSERT \(insert) ('w', 'c', '[]', 'k2');
            INSERT OR IGNORE \(insert) ('w', 'c', '[]', 'k2');
            REPLACE \(insert) ('w', 'c', '[]', 'k2');
            BEGIN IMMEDIATE;
            INSERT \(insert) ('w', 'c', '{}', 'k3');
            ROLLBACK;
            SELECT count(*) FROM outbox;
            DELETE FROM outbox_intents WHERE id = 1;
            SELECT state FROM outbox_intents WHERE id = 1;

            """, to: "story.sql")
        let script = #"for f in "$1"/*.up.sql; do sqlite3 shop.db < "$f" || exit; done; sqlite3 shop.db < "$2"; true"#
        let outcome = try Tool.run(
            ["sh", "-c", script, "sh", Repository.migrations.path, story], in: scratch.folder)
        // The SQLite shell writes the position before the sentence and the statement after it.
        let sentence = "outbox.data must be a JSON object"
        let lines = outcome.output.split(separator: "\n").map { $0.contains(sentence) ? sentence : String($0) }
        #expect(lines == Self.told, "\(outcome.output)")
        try checkSchema()
    }

    private static let told =
        ["1", "0"] + Array(repeating: "outbox.data must be a JSON object", count: 3) + ["1", "cancelled"]

    private func tell(with interpreter: String, _ name: String, _ story: String) throws {
        let path = try scratch.write(story, to: name)
        let outcome = try Tool.run([interpreter, path, Repository.migrations.path], in: scratch.folder)
        #expect(outcome.output.split(separator: "\n").map(String.init) == Self.told, "\(outcome.output)")
        #expect(outcome.status == 0)
        try checkSchema()
    }

    /// Another driver installs the same schema as `Outbox.migrate`.
    private func checkSchema() throws {
        #expect(try scratch.database().read { db in try Outbox.check(db) }.problems == [])
    }
}
