import Delivery
import Foundation
import GRDB
import SQLiteStore
import Sandbox
import SpotzeeAPI
import Testing

/// Sequences of answers and missing answers in which a wrong record of what may have run loses or doubles an entrance.
@Suite(.timeLimit(.minutes(3)))
struct SequenceTests {
    /// Runs until a batch has been settled with this many intents in doubt.
    private static func isSettled(_ event: WorkerEvent, _ matches: (Settlement) -> Bool) -> Bool {
        guard case .settled(let settlement) = event else { return false }
        return matches(settlement)
    }

    /// The request ran and its answer is lost. The batch is marked as possibly executed, and waits for its next
    /// attempt.
    private static func executeUnanswered(_ bench: Workbench, _ journey: Journey) async throws {
        try bench.insert(journey == Workbench.users ? 5 : 1, journey: journey)
        bench.sandbox.change { $0.faults.dropAfterEffect.next = 1 }
        try await bench.whileWorking { _ in
            try await bench.events.first { event in
                Self.isSettled(event) { $0.record.code == "no_answer" }
            }
        }
        #expect(
            bench.sandbox.effects().suffix(5).count { $0.journey == Int(journey.id) }
                == (journey == Workbench.users ? 5 : 1))
    }

    /// A bench whose backoff is so long that nothing is sent again before the test moves the clock.
    private static func patient(_ bench: Workbench) -> Workbench {
        var bench = bench
        bench.policy.backoff = Backoff(initial: .seconds(600), max: .seconds(600))
        bench.idempotency = .enforced
        return bench
    }

    @Test(arguments: [Workbench.users, Workbench.entrance])
    func `executed but unanswered, then 429, then 25 h without an attempt: in doubt, and not sent again`(
        journey: Journey
    )
        async throws
    {
        try await Workbench.open { bench in
            let bench = Self.patient(bench)
            try await Self.executeUnanswered(bench, journey)
            bench.sandbox.change {
                // The backoff is so long that nothing is sent again before the worker has stopped.
                $0.faults.retryAfter = "3000"
                $0.faults.say = SandboxWord(
                    next: 1, status: 429, body: #"{"status":"error","code":"rate_limited","title":"t","message":"m"}"#)
            }
            bench.clock.advance(by: .seconds(601))
            try await bench.whileWorking { _ in
                try await bench.events.first { event in Self.isSettled(event) { $0.record.status == 429 } }
            }
            #expect(try bench.query("SELECT possibly_executed_since IS NOT NULL FROM outbox_batch") == true)
            let sent = bench.triggers
            bench.clock.advance(by: .seconds(25 * 3600))
            guard case .blocked(let remaining) = try await bench.drain() else {
                Issue.record("the drain should be blocked by what is in doubt")
                return
            }
            #expect(remaining.inDoubt == bench.sandbox.effects().count)
            #expect(bench.triggers == sent)
        }
    }

    @Test(arguments: [true, false])
    func `executed but unanswered, then 401, then a rotated API key: entered once, or left to the operator`(
        isOldKeyBack: Bool
    )
        async throws
    {
        try await Workbench.open { bench in
            let bench = Self.patient(bench)
            try await Self.executeUnanswered(bench, Workbench.users)
            bench.sandbox.change { $0.revokeAPIKey("sk_test_current") }
            bench.clock.advance(by: .seconds(601))
            try await bench.whileWorking { worker in
                try await bench.events.first { if case .paused = $0 { true } else { false } }
                bench.sandbox.change {
                    $0.addAPIKey("sk_test_next")
                    if isOldKeyBack { $0.addAPIKey("sk_test_current") }
                }
                #expect(bench.keys.rotate(to: "sk_test_next"))
                worker.keysChanged()
                try await bench.events.first { event in
                    Self.isSettled(event) { isOldKeyBack ? $0.deliveredCount == 5 : $0.fate == .inDoubt }
                }
            }
            #expect(try bench.states() == [isOldKeyBack ? "delivered" : "in_doubt": 5])
            #expect(bench.sandbox.effects().count == 5)
            // The new API key sends the next intents in both cases.
            try bench.insert(3)
            _ = try await bench.drain()
            #expect(try bench.states()["delivered"] == (isOldKeyBack ? 8 : 3))
        }
    }

    @Test func `executed but unanswered, then a restart with another API key: the previous key's file is used`()
        async throws
    {
        try await Workbench.open { bench in
            try bench.insert(4)
            bench.sandbox.change {
                $0.addAPIKey("sk_test_next")
                $0.faults.delayAfterEffectMilliseconds = 60_000
            }
            let effects = bench.sandbox.watch()
            let first = try bench.start(["run"])
            for await record in effects { if case .effect = record { break } }
            first.send(SIGKILL)
            #expect(await first.end() == .killed(SIGKILL))
            bench.sandbox.change { $0.faults.delayAfterEffectMilliseconds = 0 }
            let previous = bench.folder.appendingPathComponent("previous.key")
            let current = bench.folder.appendingPathComponent("current.key")
            for (file, key) in [(previous, Workbench.secret), (current, "sk_test_next")] {
                #expect(
                    FileManager.default.createFile(
                        atPath: file.path, contents: Data(key.utf8), attributes: [.posixPermissions: 0o600]))
            }
            let files = "key_file: \(current.path), previous_key_file: \(previous.path), rate"
            let second = try bench.start(
                ["drain"], configuration: bench.yaml.replacingOccurrences(of: "rate", with: files))
            #expect(await second.end() == .exited(0))
            #expect(bench.sandbox.requests().contains { $0.isReplayed })
            #expect(try bench.states() == ["delivered": 4])
            try bench.expectExactBooks()
        }
    }

    @Test
    func
        `an API key is revoked while its batches may have run: only they wait for the operator, and nothing is paused`()
        async throws
    {
        try await Workbench.open { bench in
            let bench = Self.patient(bench)
            try await Self.executeUnanswered(bench, Workbench.users)
            bench.sandbox.change {
                $0.addAPIKey("sk_test_next")
                $0.revokeAPIKey("sk_test_current")
            }
            #expect(bench.keys.rotate(to: "sk_test_next"))
            try bench.insert(250)
            bench.clock.advance(by: .seconds(601))
            guard case .blocked(let remaining) = try await bench.drain() else {
                Issue.record("the drain should be blocked by what is in doubt")
                return
            }
            #expect(remaining.inDoubt == 5 && remaining.open == 0)
            #expect(try bench.states() == ["delivered": 250, "in_doubt": 5])
            #expect(!bench.events.events.contains { if case .paused = $0 { true } else { false } })
        }
    }

    @Test func `a 400 that names row 50 costs one more request, with the next batch open and a thousand rows pending`()
        async throws
    {
        try await Workbench.open {
            $0.faults.delayBeforeEffectMilliseconds = 20
        } _: { bench in
            try bench.insert(1200, named: { $0 == 50 ? "poison-422-x" : "cust-\($0)" })
            try await bench.expectDrained()
            #expect(try bench.states() == ["dead": 1, "delivered": 1199])
            #expect(bench.triggers == 13)
            #expect(try bench.query("SELECT group_concat(size) FROM outbox_batch WHERE outcome = 'shrunk'") == "0")
            let others: Int? = try bench.query(
                """
                SELECT child.size FROM outbox_batch AS child JOIN outbox_batch AS parent ON child.parent_id = parent.id
                WHERE parent.outcome = 'shrunk'
                """)
            #expect(others == 99)
            try bench.expectExactBooks()
        }
    }

    @Test(arguments: [Workbench.users, Workbench.entrance])
    func `a timeout whose cached answer is a 402: the request did not run, and the rows are sent under a new key`(
        journey: Journey
    )
        async throws
    {
        try await Workbench.open {
            $0.credit = 0
            $0.faults.keepsQuotaRefusals = true
            $0.faults.dropAfterEffect.next = 1
        } _: { bench in
            var bench = bench
            bench.idempotency = .enforced
            let worker = bench
            try bench.insert(journey == Workbench.users ? 7 : 1, journey: journey)
            try await worker.whileWorking { _ in
                try await worker.events.first { event in Self.isSettled(event) { $0.record.code == "no_answer" } }
                worker.sandbox.change { $0.credit = nil }
            }
            try await worker.expectDrained()
            let replayed = worker.sandbox.requests().filter(\.isReplayed)
            #expect(replayed.map(\.status) == [402])
            #expect(Set(worker.sandbox.requests().compactMap(\.idempotencyKey)).count == 2)
            try worker.expectExactBooks()
        }
    }

    @Test func `a worker whose clock lost a day does not repeat the requests of its predecessor`() async throws {
        try await Workbench.open { bench in
            let bench = Self.patient(bench)
            // First, the worker learns the difference between its clock and the API's.
            try bench.insert(1, journey: Workbench.entrance)
            try await bench.expectDrained()
            try bench.insert(1, journey: Workbench.entrance)
            try await bench.expectDrained()
            try await Self.executeUnanswered(bench, Workbench.users)
            // By this machine's clock no time has passed. By the API's clock 30 hours have, and it has forgotten its
            // keys.
            bench.clock.stepWall(by: .seconds(-30 * 3600))
            try await bench.business.write { db in
                try db.execute(
                    sql: """
                        UPDATE outbox_batch SET due_at = due_at - 108000000,
                          possibly_executed_since = possibly_executed_since - 108000000;
                        UPDATE outbox_meta SET value = value - 108000000 WHERE key = 'clock_high_water'
                        """)
            }
            bench.clock.advance(by: .seconds(601))
            guard case .blocked(let remaining) = try await bench.drain() else {
                Issue.record("the drain should be blocked by what is in doubt")
                return
            }
            #expect(remaining.inDoubt == 5)
            #expect(bench.triggers(ofUsers: 5) == 1)
        }
    }
}
