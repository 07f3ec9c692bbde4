import Delivery
import Foundation
import GRDB
import Operation
import SQLiteStore
import Sandbox
import SpotzeeAPI
import Synchronization
import Testing

/// Requests of unknown outcome: when they are repeated, and when the journey's policy or the operator decides.
@Suite(.timeLimit(.minutes(3)))
struct InDoubtTests {
    private static func settled(_ bench: Workbench, _ matches: @escaping @Sendable (Settlement) -> Bool) async throws {
        try await bench.events.first { event in
            guard case .settled(let settlement) = event else { return false }
            return matches(settlement)
        }
    }

    private static func resending(_ bench: Workbench) -> Workbench {
        var bench = patient(bench)
        bench.journeys[0].onUnknown = .resend
        return bench
    }

    /// Sends nothing again before the test moves the clock, and trusts key enforcement.
    private static func patient(_ bench: Workbench) -> Workbench {
        var bench = bench
        bench.idempotency = .enforced
        bench.policy.backoff = Backoff(initial: .seconds(600), max: .seconds(600))
        return bench
    }

    private static func executeUnanswered(_ bench: Workbench) async throws {
        try bench.insert(5)
        bench.sandbox.change { $0.faults.dropAfterEffect.next = 1 }
        try await bench.whileWorking { _ in try await settled(bench) { $0.record.code == "no_answer" } }
        #expect(bench.sandbox.effects().count == 5)
    }

    // MARK: on_unknown: resend

    @Test func `on_unknown resend sends a request that is too old again under a new key, and reports it`() async throws
    {
        try await Workbench.open { bench in
            let bench = Self.resending(bench)
            try await Self.executeUnanswered(bench)
            bench.clock.advance(by: .seconds(25 * 3600))
            try await bench.expectDrained()
            // The journey prefers two entrances to none.
            #expect(bench.sandbox.effects().count == 10)
            #expect(try bench.states() == ["delivered": 5])
            let codes: String? = try bench.query(
                "SELECT group_concat(outcome || ' ' || coalesce(code, '')) FROM outbox_batch WHERE id = 1")
            #expect(codes == "returned unknown_after")
            #expect(Set(bench.sandbox.requests().compactMap(\.idempotencyKey)).count == 2)
        }
    }

    @Test func `on_unknown resend repeats the requests of a lost API key under the current API key`() async throws {
        try await Workbench.open { bench in
            let bench = Self.resending(bench)
            try await Self.executeUnanswered(bench)
            // There are more rotations than old keys are kept.
            for number in 1...6 { #expect(bench.keys.rotate(to: "sk_test_\(number)")) }
            bench.sandbox.change {
                $0.addAPIKey("sk_test_6")
                $0.revokeAPIKey("sk_test_current")
            }
            bench.clock.advance(by: .seconds(601))
            try await bench.expectDrained()
            #expect(try bench.states() == ["delivered": 5])
            #expect(bench.sandbox.effects().count == 10)
            #expect(try bench.query("SELECT code FROM outbox_batch WHERE id = 1") == "api_key_gone")
        }
    }

    @Test func `a 2xx with an unreadable body waits for the operator even with on_unknown resend`() async throws {
        try await Workbench.open {
            $0.dialect = .unparsable
        } _: { bench in
            var bench = Self.resending(bench)
            bench.policy.backoff = Backoff(initial: .milliseconds(5), max: .milliseconds(20))
            try bench.insert(5)
            guard case .blocked(let remaining) = try await bench.drain() else {
                Issue.record("the drain should be blocked by what is in doubt")
                return
            }
            #expect(remaining.inDoubt == 5)
            #expect(bench.sandbox.effects().count == 5)
            #expect(Set(bench.sandbox.requests().compactMap(\.idempotencyKey)).count == 1)
        }
    }

    // MARK: Partly proven

    @Test(arguments: [WorkerConfiguration.Idempotency.enforced, .absent])
    func `a 2xx that proves some rows settles them and leaves the rest in doubt`(
        idempotency: WorkerConfiguration.Idempotency
    )
        async throws
    {
        try await Workbench.open {
            $0.faults.say = SandboxWord(
                next: 3, status: 200, contentType: "application/json",
                body:
                    #"{"results":[{"index":0,"success":true},{"index":3,"error":{"code":"email_invalid","message":"no"}}]}"#
            )
        } _: { bench in
            var bench = bench
            bench.idempotency = idempotency
            let ids = try bench.insert(5)
            guard case .blocked(let remaining) = try await bench.drain() else {
                Issue.record("the drain should be blocked by what is in doubt")
                return
            }
            #expect(remaining.inDoubt == 3)
            #expect(bench.triggers == (idempotency == .enforced ? 3 : 1))
            let fates = try await bench.business.read { db in
                try Row.fetchAll(
                    db,
                    sql: """
                        SELECT id, state FROM outbox_intents UNION ALL SELECT id, state FROM outbox_history ORDER BY id
                        """
                ).map { "\($0[0] as Int64) \($0[1] as String)" }
            }
            let expected = ["delivered", "in_doubt", "in_doubt", "dead", "in_doubt"]
            #expect(fates == zip(ids, expected).map { "\($0) \($1)" })
            let report = try ResolutionRun(
                OperatorConnection(path: bench.path, for: .changing), at: bench.clock.now().wall
            )
            .apply(.delivered, to: .all)
            #expect(report.resolved == 3)
            #expect(try bench.states() == ["dead": 1, "delivered": 4])
        }
    }

    // MARK: Probing key enforcement

    @Test func `while a probe of key enforcement is unanswered, no request that may have run is repeated`() async throws
    {
        try await Workbench.open { bench in
            try bench.insert(5)
            bench.sandbox.change { $0.faults.dropAfterEffect.next = 1 }
            let worker = bench
            try await worker.whileWorking { _ in
                try await worker.events.first { event in
                    guard case .settled(let settlement) = event, settlement.record.code == "no_answer" else {
                        return false
                    }
                    worker.sandbox.change { $0.faults.errorBeforeEffect = SandboxDose(next: .max) }
                    return true
                }
                try await worker.untilTrue { worker.triggers(ofUsers: 0) >= 12 }
                #expect(worker.triggers(ofUsers: 5) == 1)
                #expect(try worker.query("SELECT count(*) FROM outbox_batch WHERE state = 'sending'") == 1)
                worker.sandbox.change { $0.faults.errorBeforeEffect = SandboxDose() }
                try await worker.events.delivered(atLeast: 5)
            }
            #expect(try bench.query("SELECT value FROM outbox_meta WHERE key = 'enforcement'") == "enforced")
            #expect(bench.sandbox.requests().contains { $0.isReplayed })
            // The event is reported, because requests that may have run wait for the answer.
            #expect(worker.events.events.contains { if case .enforcement(.unproven) = $0 { true } else { false } })
            try bench.expectExactBooks()
        }
    }

    @Test(arguments: [true, false])
    func `status shows what is known of key enforcement`(isIgnored: Bool) async throws {
        try await Workbench.open {
            $0.faults.ignoresIdempotencyKeys = isIgnored
            $0.faults.dropAfterEffect.next = 1
        } _: { bench in
            try bench.insert(5)
            _ = try await bench.drain()
            for arguments in [["status"], ["status", "--json"]] {
                let status = try bench.start(arguments)
                #expect(await status.end() == .exited(0))
                let text = try status.text.replacingOccurrences(of: "\"", with: "").replacingOccurrences(
                    of: ": ", with: ":")
                #expect(text.contains("idempotency:\(isIgnored ? "absent" : "enforced")"))
            }
        }
    }

    // MARK: Requests that are too old

    @Test func `a clock that is set back under a running worker makes no unanswered request younger`() async throws {
        try await Workbench.open { bench in
            let worker = Self.patient(bench)
            try worker.insert(5)
            worker.sandbox.change { $0.faults.dropAfterEffect.next = 1 }
            try await worker.whileWorking { _ in
                try await Self.settled(worker) { $0.record.code == "no_answer" }
                worker.clock.stepWall(by: .seconds(-24 * 3600))
                worker.clock.advance(by: .seconds(23 * 3600))
                try await Self.settled(worker) { $0.fate == .inDoubt }
            }
            #expect(try worker.states() == ["in_doubt": 5])
            #expect(worker.triggers == 1)
        }
    }

    @Test func `a clock that is set back between two workers stops nothing when the API reports the time`() async throws
    {
        try await Workbench.open { bench in
            var patient = bench
            patient.idempotency = .enforced
            let worker = patient
            try worker.insert(5)
            worker.sandbox.change { $0.faults.dropAfterEffect.next = 1 }
            try await worker.whileWorking { _ in try await Self.settled(worker) { $0.record.code == "no_answer" } }
            worker.clock.stepWall(by: .seconds(-7200))
            try await worker.expectDrained()
            try worker.expectExactBooks()
        }
    }

    @Test func `a request that became too old while another process held the database is not sent`() async throws {
        try await Workbench.open { bench in
            let worker = Self.patient(bench)
            try worker.insert(5)
            worker.sandbox.change { $0.faults.dropAfterEffect.next = 1 }
            try await worker.whileWorking { _ in
                try await Self.settled(worker) { $0.record.code == "no_answer" }
                try await worker.untilIdle()
                var configuration = Configuration()
                configuration.allowsUnsafeTransactions = true
                let holder = try DatabaseQueue(path: worker.path, configuration: configuration)
                try await holder.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
                worker.clock.advance(by: .seconds(601))
                // The request is planned and waits for its commit.
                try await worker.events.first { if case .storeBusy = $0 { true } else { false } }
                worker.clock.advance(by: .seconds(23 * 3600))
                try await holder.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
                try await Self.settled(worker) { $0.record.code == "not_sent" }
                worker.clock.advance(by: .seconds(601))
                try await Self.settled(worker) { $0.fate == .inDoubt }
            }
            #expect(worker.triggers == 1)
            #expect(try worker.states() == ["in_doubt": 5])
        }
    }

    // MARK: An API that hangs

    @Test func `workers that are restarted while the API hangs freeze a bounded number of batches and blame none`()
        async throws
    {
        try await Workbench.open { bench in
            var patient = bench
            patient.idempotency = .enforced
            patient.policy.connections = 2
            let worker = patient
            try worker.insert(1000)
            worker.sandbox.change { $0.faults.delayAfterEffectMilliseconds = 600_000 }
            for number in 1...10 {
                let flights = worker.events.events.count { if case .begun = $0 { true } else { false } }
                try await worker.whileWorking { working in
                    try await worker.untilTrue {
                        worker.events.events.count { if case .begun = $0 { true } else { false } } > flights
                    }
                    async let isOver: Void = worker.events.stopping(worker: number) {
                        worker.clock.advance(by: .seconds(26))
                    }
                    working.stop()
                    try await isOver
                }
            }
            let frozen: Int? = try worker.query("SELECT count(*) FROM outbox_batch WHERE state = 'sending'")
            #expect((1...4).contains(frozen ?? 0))
            #expect(try worker.query("SELECT count(*) FROM outbox_batch WHERE state <> 'sending'") == 0)
            // Each stop was recorded for the batches in flight, so that a missing answer does not count as a crash.
            #expect(try worker.query("SELECT count(*) FROM outbox_batch WHERE code IS NOT 'stopped'") == 0)
            worker.sandbox.change { $0.faults.delayAfterEffectMilliseconds = 0 }
            try await worker.expectDrained()
            #expect(
                !worker.events.events.contains {
                    if case .settled(let it) = $0 { it.record.code == "worker_crashed" } else { false }
                })
            try worker.expectExactBooks()
        }
    }

    @Test func `a drain that reaches its timeout records that it stopped, and the next drain continues`() async throws {
        try await Workbench.open { bench in
            var patient = bench
            patient.idempotency = .enforced
            let worker = patient
            try worker.insert(5)
            worker.sandbox.change { $0.faults.delayAfterEffectMilliseconds = 600_000 }
            for _ in 0..<10 {
                guard case .timedOut(let remaining) = try await worker.drain(timeout: .seconds(0.2)) else {
                    Issue.record("the drain should have run out of time")
                    return
                }
                #expect(remaining.open == 5)
            }
            #expect(try worker.query("SELECT answers LIKE '%stopped%' FROM outbox_batch") == true)
            #expect(try worker.query("SELECT possibly_executed_since IS NOT NULL FROM outbox_batch") == true)
            worker.sandbox.change { $0.faults.delayAfterEffectMilliseconds = 0 }
            // Ten drains ended without an answer, and none of them because of the batch.
            try await worker.expectDrained()
            try worker.expectExactBooks()
        }
    }

    // MARK: Request rates

    static let repeated = [
        SandboxWord(
            next: .max, status: 409,
            body: #"{"status":"error","code":"idempotency_in_progress","title":"t","message":"m","request_id":"req_x"}"#
        ),
        SandboxWord(next: .max, status: 403, contentType: "text/html", body: "<html>no</html>"),
    ]

    @Test(arguments: repeated)
    func `a request whose answers decide nothing is repeated a bounded number of times a minute`(word: SandboxWord)
        async throws
    {
        try await Workbench.open {
            $0.faults.say = word
        } _: { bench in
            var patient = bench
            patient.idempotency = .enforced
            patient.policy.backoff = Backoff(initial: .seconds(1), max: .seconds(60))
            let worker = patient
            try worker.insert(1)
            try await worker.whileWorking { _ in
                try await worker.events.answered(1)
                for _ in 0..<600 {
                    worker.clock.advance(by: .seconds(1))
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
            // In ten minutes, with waits drawn evenly below 1, 2, 4, 8, 16, 32 and then 60 s, there are about 25 on
            // average.
            #expect((5...60).contains(worker.triggers))
            #expect(try worker.query("SELECT count(*) FROM outbox_dead") == 0)
        }
    }
}

extension EventRecorder {
    /// Waits until the worker of this number (the first is 1) is told to stop, and runs the body during that iteration
    /// of its loop.
    fileprivate func stopping(worker number: Int, then act: @escaping @Sendable () -> Void) async throws {
        let workers = Mutex(0)
        try await first { event in
            let isIt = workers.withLock { workers in
                if case .tookOver = event { workers += 1 }
                if case .stopping = event { return workers == number }
                return false
            }
            if isIt { act() }
            return isIt
        }
    }
}
