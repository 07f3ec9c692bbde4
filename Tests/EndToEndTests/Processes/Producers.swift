import Foundation
import GRDB
import JourneyOutbox

/// The producers that commit intents beside the worker: Python and the sqlite3 shell as processes, and Swift in this
/// process.
///
/// Each commits orders with their intents, rolls some back, and cancels some. Order numbers are never used twice: an
/// effect of an order that does not exist belongs to one that was rolled back.
struct Producers {
    static let python = program(["/usr/bin/env", "python3", "-c", "import sqlite3"])
    static let shell = program(["/usr/bin/env", "sqlite3", "--version"])

    private let bench: ProcessBench
    private var random: SeededNumbers
    /// The order numbers of a producer begin at a multiple of this number.
    private var block: Int64 = 0
    private(set) var running: ChildProcess?

    init(bench: ProcessBench, seed: UInt64) {
        self.bench = bench
        random = SeededNumbers(seed: seed)
    }

    private static func program(_ words: [String]) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    // MARK: Processes

    /// Starts the next producer. Both languages take turns.
    mutating func begin(_ count: Int) throws {
        block += 1
        let first = block * 100_000
        let isPython = Self.python && (block % 2 == 0 || !Self.shell)
        guard isPython || Self.shell else { return }
        let words =
            isPython
            ? [
                "python3", "-c", Self.script, bench.path, "\(first)", "\(count)", ProcessBench.payload,
                ProcessBench.contact,
            ]
            : ["sqlite3", "-bail", bench.path, ".timeout 30000", ".read \(try statements(first, count))"]
        running = try ChildProcess(words, program: "/usr/bin/env", in: bench.folder)
    }

    /// Kills the running producer.
    mutating func kill() async {
        running?.send(SIGKILL)
        _ = await running?.end()
        running = nil
    }

    private static let script = """
        import random, sqlite3, sys, time
        path, first, count, payload, contact = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5]
        rng = random.Random(first)
        db = sqlite3.connect(path, timeout=30, isolation_level=None)

        def commit_or_not(number):
            journey = rng.choice(["welcome", "welcome", "trial-ending"])
            kind = rng.choice(["cust"] * 12 + ["reject-permanent", "reject-twice", "poison-422"])
            customer = f"{kind}-{contact}-{rng.randrange(40)}"
            lane = f"lane-{rng.randrange(3)}" if rng.randrange(4) == 0 else None
            dedup = f"key-{number}" if rng.randrange(4) == 0 else None
            later = int(time.time() * 1000) + rng.randrange(1500) if rng.randrange(6) == 0 else None
            email = f"{contact}.{customer}@example.test" if rng.randrange(2) == 0 else None
            row = (journey, customer, email, '{"order":%d,"note":"%s"}' % (number, payload), '{"vip":"%s"}' % payload, lane,
                   dedup, None if lane else later)
            insert = \"\"\"INSERT INTO outbox
                          (journey, external_id, email, data, profile, ordering_key, dedup_key, scheduled_at)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id\"\"\"
            db.execute("BEGIN IMMEDIATE")
            intent = db.execute(insert, row).fetchone()[0]
            if dedup and db.execute(insert, row).fetchone():
                raise SystemExit("a repeated dedup key was inserted")
            db.execute("INSERT INTO orders VALUES (?, ?, ?, ?, ?)", (number, intent, journey, customer, lane))
            db.execute("ROLLBACK" if rng.randrange(5) == 0 else "COMMIT")

        def cancel():
            db.execute("BEGIN IMMEDIATE")
            found = db.execute("SELECT intent_id FROM orders ORDER BY id DESC LIMIT 1 OFFSET ?", (rng.randrange(5),))
            intent = (found.fetchone() or [0])[0]
            try:
                gone = db.execute("DELETE FROM outbox_intents WHERE id = ? RETURNING id", (intent,)).fetchall()
                if gone and db.execute("SELECT state FROM outbox_dead WHERE id = ?", (intent,)).fetchone() == ("cancelled",):
                    db.execute("INSERT OR IGNORE INTO cancellations VALUES (?)", (intent,))
                db.execute("COMMIT")
            except sqlite3.IntegrityError:
                db.execute("ROLLBACK")

        for number in range(first, first + count):
            commit_or_not(number)
            if rng.randrange(3) == 0:
                cancel()
            time.sleep(rng.random() * 0.01)
        """

    /// Writes a script for the shell. The shell stops at the first error, so that no transaction is committed in part.
    private mutating func statements(_ first: Int64, _ count: Int) throws -> String {
        var sql = ""
        for number in first..<(first + Int64(count)) {
            let customer = "cust-\(ProcessBench.contact)-\(Int.random(in: 0..<40, using: &random))"
            let end = Int.random(in: 0..<5, using: &random) == 0 ? "ROLLBACK" : "COMMIT"
            sql += """
                BEGIN IMMEDIATE;
                INSERT INTO outbox (journey, external_id, email, data) VALUES
                  ('welcome', '\(customer)', '\(customer)@example.test', '{"order":\(number),"note":"\(ProcessBench.payload)"}');
                INSERT INTO orders VALUES (\(number), last_insert_rowid(), 'welcome', '\(customer)', NULL);
                \(end);

                """
        }
        let file = bench.folder.appendingPathComponent("producer-\(first).sql")
        try sql.write(to: file, atomically: true, encoding: .utf8)
        return file.path
    }

    // MARK: Swift

    /// Commits a few orders in this process, each with its intent.
    mutating func commit(_ count: Int) throws {
        block += 1
        let first = block * 100_000
        for number in first..<(first + Int64(count)) {
            let isRolledBack = Int.random(in: 0..<6, using: &random) == 0
            let customer = "cust-\(ProcessBench.contact)-\(Int.random(in: 0..<40, using: &random))"
            let journey = Int.random(in: 0..<4, using: &random) == 0 ? "trial-ending" : "welcome"
            try bench.business.inTransaction { db in
                let intent = try Outbox.enqueue(
                    Intent(
                        journey: journey, externalID: customer, email: "\(customer)@example.test",
                        data: JSONText(#"{"order":\#(number),"note":"\#(ProcessBench.payload)"}"#)), in: db)
                try db.execute(
                    sql: "INSERT INTO orders VALUES (?, ?, ?, ?, NULL)", arguments: [number, intent, journey, customer])
                return isRolledBack ? .rollback : .commit
            }
        }
    }
}
