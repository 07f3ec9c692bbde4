import Delivery
import GRDB
import Operation
import SQLiteStore
import Sandbox
import Testing

@Suite(.timeLimit(.minutes(2)))
struct UnknownOutcomeTests {
    /// Drains and expects that everything left waits for the operator.
    private func expectBlocked(_ bench: Workbench, inDoubt count: Int) async throws {
        guard case .blocked(let remaining) = try await bench.drain() else {
            Issue.record("the drain should be blocked by what is in doubt")
            return
        }
        #expect(remaining.inDoubt == count)
    }

    @Test func `a request that may have run is not sent again after unknown_after, and the operator resolves it`()
        async throws
    {
        try await Workbench.open {
            $0.faults.dropAfterEffect.probability = 1
        } _: { bench in
            var first = bench
            first.idempotency = .enforced
            let worker = first
            try bench.insert(5)
            try await worker.whileWorking { _ in
                try await bench.events.first { if case .settled = $0 { true } else { false } }
            }
            bench.sandbox.change { $0.faults.dropAfterEffect.probability = 0 }
            bench.clock.advance(by: .seconds(25 * 3600))
            let sent = bench.triggers
            try await expectBlocked(worker, inDoubt: 5)
            #expect(bench.triggers == sent)
            #expect(try bench.states() == ["in_doubt": 5])
            let report = try ResolutionRun(
                OperatorConnection(path: bench.path, for: .changing), at: bench.clock.now().wall
            ).apply(.delivered, to: .all)
            #expect(report.resolved == 5)
            #expect(try bench.states() == ["delivered": 5])
            try bench.expectExactBooks()
        }
    }

    @Test func `with ignored keys, a request that may have run is in doubt at once`() async throws {
        try await Workbench.open {
            $0.faults.ignoresIdempotencyKeys = true
            $0.faults.dropAfterEffect.next = 1
        } _: { bench in
            try bench.insert(5)
            try await expectBlocked(bench, inDoubt: 5)
            #expect(try bench.query("SELECT value FROM outbox_meta WHERE key = 'enforcement'") == "absent")
            #expect(bench.triggers(ofUsers: 5) == 1)
            #expect(bench.sandbox.effects().count == 5)
        }
    }

    @Test func `with ignored keys and on_unknown resend, it is sent again`() async throws {
        try await Workbench.open {
            $0.faults.ignoresIdempotencyKeys = true
            $0.faults.dropBeforeEffect.next = 1
        } _: { bench in
            var bench = bench
            bench.idempotency = .absent
            bench.journeys[0].onUnknown = .resend
            try bench.insert(5)
            try await bench.expectDrained()
            try bench.expectExactBooks()
        }
    }

    @Test func `with unknown_after 0s, no request that may have run is sent again`() async throws {
        try await Workbench.open {
            $0.faults.dropAfterEffect.next = 1
        } _: { bench in
            var bench = bench
            bench.policy.unknownAfter = .zero
            try bench.insert(5)
            try await expectBlocked(bench, inDoubt: 5)
            #expect(bench.triggers(ofUsers: 5) == 1)
        }
    }

    @Test func `a restart keeps a pause and does not increase its probes`() async throws {
        try await Workbench.open {
            $0.credit = 0
        } _: { bench in
            try bench.insert(300)
            for _ in 0..<5 {
                guard case .blocked = try await bench.drain() else {
                    Issue.record("the drain should be blocked by the pause")
                    return
                }
            }
            // The requests that were in flight at the first refusal, and none after it.
            #expect(bench.triggers <= 3)
            #expect(
                try bench.states()
                    == ["pending": 300 - 100 * bench.triggers, "retrying": 100 * bench.triggers].filter { $0.value > 0 }
            )
        }
    }
}
