import Foundation
import GRDB
import Testing

@testable import Delivery
@testable import SQLiteStore

/// Many producer processes at the same time, some of which hold locks for long.
@Suite(.timeLimit(.minutes(2)), .enabled(if: Python.isHere, "python3 with sqlite3 is not here"))
struct LockContentionTests {
    /// Makes `turns` transactions of one intent each. A transaction that finds the database locked is tried again.
    private static let polite = """
        import sqlite3, sys, time
        path, start, turns, timeout, held = sys.argv[1], *map(float, sys.argv[2:6])
        db = sqlite3.connect(path, timeout=timeout, isolation_level=None)
        number = int(start)
        while number < start + turns:
            try:
                db.execute("BEGIN IMMEDIATE")
                id = db.execute("INSERT INTO outbox (journey, external_id, data) VALUES ('welcome', ?, ?) RETURNING id",
                                (f"cust-{number}", '{"order":%d}' % number)).fetchone()[0]
                db.execute("INSERT INTO orders (id, intent_id) VALUES (?, ?)", (number, id))
                time.sleep(held)
                db.execute("COMMIT")
                number += 1
            except sqlite3.OperationalError as error:
                assert "locked" in str(error) or "locking protocol" in str(error), error
                if db.in_transaction:
                    db.execute("ROLLBACK")
                time.sleep(0.001)
        """
    /// Commits an intent and takes the lock at once, for a number of seconds or until a file exists.
    private static let holder = """
        import os, sqlite3, sys, time
        path, mark, seconds, end = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[2] + "-end"
        db = sqlite3.connect(path, timeout=60, isolation_level=None)
        insert = "INSERT INTO outbox (journey, external_id, data) VALUES ('welcome', ?, ?) RETURNING id"
        for number in (0, 1):
            db.execute("BEGIN EXCLUSIVE")
            id = db.execute(insert, (f"holder-{number}", '{"order":%d}' % number)).fetchone()[0]
            db.execute("INSERT INTO orders (id, intent_id) VALUES (?, ?)", (number, id))
            if number == 1:
                open(mark, "w").close()
                until = time.time() + seconds
                while time.time() < until and not os.path.exists(end):
                    time.sleep(0.01)
            db.execute("COMMIT")
        """
    /// Changes the journal mode back and forth, as often as the database allows it.
    private static let changer = """
        import sqlite3, sys, time
        path, seconds = sys.argv[1], float(sys.argv[2])
        end, changes = time.time() + seconds, 0
        while time.time() < end:
            for mode in ("WAL", "DELETE"):
                db = sqlite3.connect(path, timeout=0, isolation_level=None)
                try:
                    changes += db.execute(f"PRAGMA journal_mode = {mode}").fetchone()[0] == mode.lower()
                except sqlite3.OperationalError as error:
                    assert "locked" in str(error) or "locking protocol" in str(error), error
                db.close()
                time.sleep(0.002)
        print(changes)
        """

    @Test(arguments: ["wal", "delete"])
    func `locks of other processes do not end the worker, and nothing is lost or doubled`(mode: String) async throws {
        try await Workbench.open(journalMode: mode) { bench in
            try await bench.whileWorking { _ in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    // The lock is held for longer than one wait of the worker. Then producers run without a busy
                    // timeout, and with one.
                    let mark = try Mark(bench)
                    let path = mark.path
                    // In rollback mode, the lock keeps the worker from reading that there is work.
                    let seconds = mode == "wal" ? "60" : "7"
                    group.addTask { try await Python.run(Self.holder, bench.path, path, seconds) }
                    await mark.isThere()
                    if mode == "wal" {
                        group.addTask {
                            try await bench.events.first { if case .storeBusy = $0 { true } else { false } }
                            try Data().write(to: URL(fileURLWithPath: path + "-end"))
                        }
                    }
                    group.addTask { try await Python.run(Self.polite, bench.path, "1000", "2", "60", "0.7") }
                    group.addTask { try await Python.run(Self.polite, bench.path, "2000", "150", "0", "0") }
                    group.addTask { try await Python.run(Self.polite, bench.path, "3000", "150", "0", "0.001") }
                    for start in ["4000", "5000", "6000"] {
                        group.addTask { try await Python.run(Self.polite, bench.path, start, "100", "60", "0") }
                    }
                    group.addTask { try await Python.run(Self.changer, bench.path, "9") }
                    try await group.waitForAll()
                }
            }
            try await bench.expectDrained()
            #expect(try bench.states() == ["delivered": 604])
            try bench.expectExactBooks()
        }
    }

    @Test func `a worker that starts while another process holds the database waits for it`() async throws {
        try await Workbench.open(journalMode: "delete") { bench in
            let mark = try Mark(bench)
            let path = mark.path
            async let holding: Void = Python.run(Self.holder, bench.path, path, "60")
            await mark.isThere()
            let worker = try bench.start(["drain"])
            try await bench.untilOutput(of: worker, contains: "the database is locked by another process; waiting")
            try Data().write(to: URL(fileURLWithPath: path + "-end"))
            #expect(await worker.end() == .exited(0))
            try await holding
            #expect(try bench.states() == ["delivered": 2])
        }
    }
}

/// A file by which another process shows its progress.
private struct Mark {
    let path: String
    private let files: FileEvents

    init(_ bench: Workbench) throws {
        path = bench.folder.appendingPathComponent("mark-\(UUID().uuidString)").path
        files = try FileEvents(database: path)
    }

    func isThere() async {
        for await _ in files.events where FileManager.default.fileExists(atPath: path) { break }
        files.stop()
    }
}

/// A Python process and waiting for its end.
enum Python {
    struct ScriptFailed: Error {
        let output: String
    }

    static let isHere: Bool = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", "import sqlite3"]
        process.standardError = FileHandle.nullDevice
        do {
            try process.run()
        } catch {
            return false
        }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    static func run(_ script: String, _ arguments: String...) async throws {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script] + arguments
        process.standardError = pipe
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        guard process.terminationStatus == 0 else {
            throw ScriptFailed(
                output: String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self))
        }
    }
}
