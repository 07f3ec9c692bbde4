import Foundation
import GRDB
import JourneyOutbox

/// Who commits intents beside the worker: Python and the sqlite3 shell as processes, Swift in this one.
///
/// Each commits an order with its intent, rolls one back now and then, and cancels what it finds. Order numbers are
/// never used twice, so that an effect of an order that is not there is one that was rolled back.
struct Producers {
    static let python = program(["/usr/bin/env", "python3", "-c", "import sqlite3"])
    static let shell = program(["/usr/bin/env", "sqlite3", "--version"])

    private let plant: Plant
    private var random: SeededNumbers
    /// Where the next producer's order numbers begin.
    private var block: Int64 = 0
    private(set) var running: ChildProcess?

    init(plant: Plant, seed: UInt64) {
        self.plant = plant
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

    /// Lets the next producer begin, one after another in both languages.
    mutating func begin(_ count: Int) throws {
        block += 1
        let first = block * 100_000
        let isPython = Self.python && (block % 2 == 0 || !Self.shell)
        guard isPython || Self.shell else { return }
        let words =
            isPython
            ? ["python3", "-c", Self.script, plant.path, "\(first)", "\(count)", Plant.payload, Plant.contact]
            : ["sqlite3", "-bail", plant.path, ".timeout 30000", ".read \(try statements(first, count))"]
        running = try ChildProcess(words, program: "/usr/bin/env", in: plant.folder)
    }

    /// Ends the running producer, wherever it is.
    mutating func kill() async {
        running?.send(SIGKILL)
        _ = await running?.end()
        running = nil
    }

    private static let script = """
        import random, sqlite3, sys, time
        path, first, count, payload, contact = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5]
        dice = random.Random(first)
        db = sqlite3.connect(path, timeout=30, isolation_level=None)

        def commit_or_not(number):
            journey = dice.choice(["welcome", "welcome", "trial-ending"])
            kind = dice.choice(["cust"] * 12 + ["reject-permanent", "reject-twice", "poison-422"])
            customer = f"{kind}-{contact}-{dice.randrange(40)}"
            lane = f"lane-{dice.randrange(3)}" if dice.randrange(4) == 0 else None
            dedup = f"key-{number}" if dice.randrange(4) == 0 else None
            later = int(time.time() * 1000) + dice.randrange(1500) if dice.randrange(6) == 0 else None
            email = f"{contact}.{customer}@example.test" if dice.randrange(2) == 0 else None
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
            db.execute("ROLLBACK" if dice.randrange(5) == 0 else "COMMIT")

        def cancel():
            db.execute("BEGIN IMMEDIATE")
            found = db.execute("SELECT intent_id FROM orders ORDER BY id DESC LIMIT 1 OFFSET ?", (dice.randrange(5),))
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
            if dice.randrange(3) == 0:
                cancel()
            time.sleep(dice.random() * 0.01)
        """

    /// A script for the shell, which stops at its first error: nothing is committed in part.
    private mutating func statements(_ first: Int64, _ count: Int) throws -> String {
        var sql = ""
        for number in first..<(first + Int64(count)) {
            let customer = "cust-\(Plant.contact)-\(Int.random(in: 0..<40, using: &random))"
            let end = Int.random(in: 0..<5, using: &random) == 0 ? "ROLLBACK" : "COMMIT"
            sql += """
                BEGIN IMMEDIATE;
                INSERT INTO outbox (journey, external_id, email, data) VALUES
                  ('welcome', '\(customer)', '\(customer)@example.test', '{"order":\(number),"note":"\(Plant.payload)"}');
                INSERT INTO orders VALUES (\(number), last_insert_rowid(), 'welcome', '\(customer)', NULL);
                \(end);

                """
        }
        let file = plant.folder.appendingPathComponent("producer-\(first).sql")
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
            let customer = "cust-\(Plant.contact)-\(Int.random(in: 0..<40, using: &random))"
            let journey = Int.random(in: 0..<4, using: &random) == 0 ? "trial-ending" : "welcome"
            try plant.business.inTransaction { db in
                let intent = try Outbox.enqueue(
                    Intent(
                        journey: journey, externalID: customer, email: "\(customer)@example.test",
                        data: JSONText(#"{"order":\#(number),"note":"\#(Plant.payload)"}"#)), in: db)
                try db.execute(
                    sql: "INSERT INTO orders VALUES (?, ?, ?, ?, NULL)", arguments: [number, intent, journey, customer])
                return isRolledBack ? .rollback : .commit
            }
        }
    }
}
