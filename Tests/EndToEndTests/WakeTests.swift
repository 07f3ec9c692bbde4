import Delivery
import Foundation
import GRDB
import JourneyOutbox
import Sandbox
import Synchronization
import Testing

@testable import SQLiteStore

/// What wakes a worker: commits of other processes in every journal mode, due times, and nothing else.
@Suite(.timeLimit(.minutes(3)))
struct WakeTests {
    /// Commits one intent in another process, and returns the time of the commit in milliseconds of wall time.
    private static let producer = """
        import sqlite3, sys, time
        db = sqlite3.connect(sys.argv[1], timeout=20, isolation_level=None)
        for pragma in sys.argv[2:]:
            db.execute("PRAGMA " + pragma)
        db.execute("BEGIN IMMEDIATE")
        db.execute("INSERT INTO outbox (journey, external_id) VALUES ('welcome', hex(randomblob(8)))")
        db.execute("COMMIT")
        print(time.time())
        """

    private static func python(_ arguments: [String], in folder: URL) async throws -> String {
        let process = try ChildProcess(["python3", "-c"] + arguments, program: "/usr/bin/env", in: folder)
        #expect(await process.end() == .exited(0))
        return try process.text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The time from another process's commit to the start of its request.
    private static func delay(_ bench: Workbench, pragmas: [String]) async throws -> Double {
        let count = bench.events.events.count { if case .begun = $0 { true } else { false } }
        let committed = try #require(
            Double(try await python([producer, bench.path] + pragmas, in: bench.folder)))
        let seen = Mutex(0)
        try await bench.events.first { event in
            guard case .begun = event else { return false }
            return seen.withLock { seen in
                seen += 1
                return seen > count
            }
        }
        return Date().timeIntervalSince1970 - committed
    }

    /// A bench whose worker notices commits only by events.
    private static func listening(_ bench: Workbench) -> Workbench {
        var bench = bench
        bench.policy.linger = .zero
        bench.lookInterval = .seconds(3600)
        return bench
    }

    @Test(
        arguments: ["wal", "delete", "truncate", "persist"],
        ["synchronous=0", "synchronous=1", "synchronous=2", "synchronous=3"])
    func `another process's commit wakes the worker in any journal mode and with any synchronous setting`(
        mode: String, synchronous: String
    ) async throws {
        try await Workbench.open(journalMode: mode) { bench in
            let bench = Self.listening(bench)
            try await bench.whileWorking { _ in
                try await bench.untilIdle()
                for _ in 0..<3 {
                    _ = try await Self.delay(bench, pragmas: ["journal_mode=\(mode)", synchronous])
                }
            }
            try bench.expectEachOnce()
        }
    }

    @Test(arguments: ["wal", "delete"]) func `a committed intent is sent within milliseconds`(mode: String) async throws
    {
        try await Workbench.open(journalMode: mode) { bench in
            let bench = Self.listening(bench)
            try await bench.whileWorking { _ in
                try await bench.untilIdle()
                var delays: [Double] = []
                for _ in 0..<12 { delays.append(try await Self.delay(bench, pragmas: [])) }
                // The best of twelve, because the machine may be busy with other tests.
                #expect(delays.min() ?? 9 < 0.1, "\(delays)")
            }
        }
    }

    @Test(arguments: ["memory", "off"]) func `a commit without a journal file wakes the worker, too`(mode: String)
        async throws
    {
        try await Workbench.open(journalMode: "delete") { bench in
            let bench = Self.listening(bench)
            try await bench.whileWorking { _ in
                try await bench.untilIdle()
                _ = try await Self.delay(bench, pragmas: ["journal_mode=\(mode)"])
            }
        }
    }

    @Test func `commits wake the worker after the log was checkpointed, truncated and grown again`() async throws {
        try await Workbench.open { bench in
            let bench = Self.listening(bench)
            try await bench.whileWorking { _ in
                try await bench.untilIdle()
                for statement in ["wal_checkpoint(TRUNCATE)", "wal_checkpoint(PASSIVE)", "wal_checkpoint(RESTART)"] {
                    try await bench.business.writeWithoutTransaction { try $0.execute(sql: "PRAGMA \(statement)") }
                    _ = try await Self.delay(bench, pragmas: [])
                }
            }
            try bench.expectEachOnce()
        }
    }

    @Test func `a log that is created while the worker runs wakes it`() async throws {
        try await Workbench.open(journalMode: "delete") { bench in
            let bench = Self.listening(bench)
            try await bench.whileWorking { _ in
                try await bench.untilIdle()
                _ = try await Self.delay(bench, pragmas: ["journal_mode=WAL"])
                _ = try await Self.delay(bench, pragmas: [])
            }
        }
    }

    // MARK: Exactly once

    @Test func `a commit, a due time and the end of a pause each wake the worker exactly once`() async throws {
        try await Workbench.open { bench in
            var bench = bench
            bench.policy.linger = .zero
            let woken = bench
            try await woken.whileWorking { _ in
                try await woken.untilIdle()
                // The first write after a checkpoint restarts the log, which looks like another commit.
                try await woken.business.write { try $0.execute(sql: "INSERT INTO orders (id) VALUES (899)") }
                try await woken.untilIdle()
                // A commit without an intent causes one look, which finds nothing.
                var looks = woken.events.looks
                try await woken.business.write { try $0.execute(sql: "INSERT INTO orders (id) VALUES (900)") }
                try await woken.events.looked(times: 1, after: looks)
                try await woken.untilIdle()
                #expect(woken.events.looks == looks + 1)

                // A due time causes one look that sends, and its answer another. The commit before it is one more.
                try woken.insert(1, changing: { $0.scheduledAt = Date(timeIntervalSinceNow: 3600) })
                try await woken.events.looked(times: 1, after: looks + 1)
                try await woken.untilIdle()
                looks = woken.events.looks
                woken.clock.advance(by: .seconds(3601))
                try await woken.events.delivered(atLeast: 1)
                try await woken.untilIdle()
                #expect(woken.events.looks == looks + 2)
            }
        }
    }

    @Test func `the end of a rate limit wakes the worker exactly once`() async throws {
        try await Workbench.open {
            $0.rate = [SandboxRateLimit(requestsMax: 1, windowMilliseconds: 600_000, scope: .address)]
        } _: { bench in
            try await bench.whileWorking { _ in
                try bench.insert(1)
                try await bench.events.delivered(atLeast: 1)
                try bench.insert(1)
                try await bench.events.first { if case .paused = $0 { true } else { false } }
                try await bench.untilIdle()
                let looks = bench.events.looks
                bench.sandbox.change { $0.setRate([]) }
                bench.clock.advance(by: .seconds(601))
                try await bench.events.delivered(atLeast: 2)
                try await bench.untilIdle()
                // One look sends, and one is for the answer.
                #expect(bench.events.looks == looks + 2)
            }
        }
    }

    // MARK: Linger

    @Test func `only a partial batch lingers`() async throws {
        try await Workbench.open { bench in
            var bench = bench
            bench.policy.linger = .seconds(60)
            bench.policy.batchSize = 5
            let woken = bench
            try await woken.whileWorking { _ in
                try woken.insert(5)
                try await woken.events.delivered(atLeast: 5)
                try woken.insert(2, journey: Workbench.entrance)
                try await woken.events.delivered(atLeast: 7)
                try woken.insert(1, changing: { $0.scheduledAt = Date(timeIntervalSinceNow: -1) })
                try await woken.events.delivered(atLeast: 8)
                try woken.insert(3, named: { "late-\($0)" })
                try await woken.untilIdle()
                #expect(try woken.states()["pending"] == 3)
                woken.clock.advance(by: .seconds(61))
                try await woken.events.delivered(atLeast: 11)
                #expect(woken.triggers(ofUsers: 3) == 1)
            }
        }
    }

    // MARK: Replaced files

    @Test func `replacing the database file stops the worker, which reports it and exits 74`() async throws {
        try await Workbench.open { bench in
            try bench.insert(1)
            let run = try bench.start(["run", "--verbose"])
            try await bench.untilQuery("SELECT count(*) FROM outbox_batch WHERE state = 'settled'", is: 1)
            let copy = bench.path + "-copy"
            try await bench.business.writeWithoutTransaction { try $0.execute(sql: "VACUUM INTO '\(copy)'") }
            #expect(rename(copy, bench.path) == 0)
            #expect(await run.end() == .exited(74))
            #expect(try run.text.contains("database_replaced"))
        }
    }

    @Test func `deleting the log file stops the worker before its next write`() async throws {
        try await Workbench.open { bench in
            let run = try bench.start(["run"])
            try await bench.untilOutput(of: run, contains: "worker_started")
            try bench.insert(1)
            try await bench.untilQuery("SELECT count(*) FROM outbox_batch WHERE state = 'settled'", is: 1)
            #expect(unlink(bench.path + "-wal") == 0)
            #expect(await run.end() == .exited(74))
        }
    }
}

extension Workbench {
    /// Every intent was delivered, and every delivery has its own effect.
    fileprivate func expectEachOnce() throws {
        let states = try states()
        #expect(states.keys.allSatisfy { $0 == "delivered" || $0 == "sending" }, "\(states)")
        let names = sandbox.effects().map(\.externalID)
        #expect(Set(names).count == names.count && names.count >= states["delivered"] ?? 0)
    }
}
