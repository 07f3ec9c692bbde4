import Delivery
import GRDB
import Sandbox
import SpotzeeAPI
import Testing

@Suite(.timeLimit(.minutes(2)))
struct AnswerTests {
    @Test(arguments: [Workbench.users, Workbench.entrance])
    func `a permanent rejection is dead at once with code, message and request id`(journey: Journey) async throws {
        try await Workbench.open { bench in
            try bench.insert(9, journey: journey)
            try bench.insert(1, journey: journey, named: { _ in "reject-permanent-1" })
            try await bench.expectDrained()
            #expect(try bench.states() == ["dead": 1, "delivered": 9])
            #expect(try bench.query("SELECT code FROM outbox_dead") == "parameter_invalid_format")
            #expect(try bench.query("SELECT request_id LIKE 'req_%' AND message <> '' FROM outbox_dead") == true)
            try bench.expectExactBooks()
        }
    }

    @Test(arguments: [Workbench.users, Workbench.entrance])
    func `a temporary rejection is retried and delivered`(journey: Journey) async throws {
        try await Workbench.open { bench in
            try bench.insert(5, journey: journey)
            try bench.insert(1, journey: journey, named: { _ in "reject-twice-1" })
            try await bench.expectDrained()
            #expect(try bench.states() == ["delivered": 6])
            #expect(try bench.query("SELECT max(attempts) FROM outbox_history") == 3)
            try bench.expectExactBooks()
        }
    }

    @Test func `an intent that is always rejected is dead after max_attempts requests`() async throws {
        try await Workbench.open { bench in
            var bench = bench
            bench.policy.maxAttempts = 3
            try bench.insert(1, named: { _ in "reject-always-1" })
            try await bench.expectDrained()
            #expect(try bench.query("SELECT attempts FROM outbox_dead") == 3)
            #expect(bench.triggers == 3)
            try bench.expectExactBooks()
        }
    }

    @Test(arguments: [Workbench.users, Workbench.entrance])
    func `a connection dropped before or after the effect doubles nothing`(journey: Journey) async throws {
        try await Workbench.open {
            $0.faults.dropBeforeEffect.next = 2
            $0.faults.dropAfterEffect.next = 3
        } _: { bench in
            try bench.insert(journey == Workbench.users ? 700 : 20, journey: journey)
            try await bench.expectDrained()
            #expect(bench.sandbox.requests().contains { $0.isReplayed })
            try bench.expectExactBooks()
        }
    }

    @Test(arguments: [500, 502, 503])
    func `a 5xx before or after the effect doubles nothing`(status: Int) async throws {
        try await Workbench.open {
            $0.faults.errorBeforeEffect.next = 2
            $0.faults.errorAfterEffect.next = 2
            $0.faults.errorStatus = status
            $0.faults.errorIsHTML = status == 502
        } _: { bench in
            try bench.insert(400)
            try await bench.expectDrained()
            try bench.expectExactBooks()
        }
    }

    @Test func `a 429 pauses everything for its Retry-After and spends no attempts`() async throws {
        try await Workbench.open {
            $0.rate = [SandboxRateLimit(requestsMax: 3, windowMilliseconds: 1000, scope: .address)]
        } _: { bench in
            try bench.insert(700)
            try bench.insert(2, journey: Workbench.entrance)
            try await bench.expectDrained()
            #expect(bench.sandbox.requests().contains { $0.status == 429 })
            #expect(try bench.query("SELECT max(attempts) FROM outbox_history") == 1)
            #expect(try bench.query("SELECT count(*) FROM outbox_pause") == 0)
            try bench.expectExactBooks()
        }
    }

    @Test func `a journey that is not live is parked and delivered when it goes live`() async throws {
        try await Workbench.open {
            $0.journeys[0].status = .draft
        } _: { bench in
            try bench.insert(150)
            try bench.insert(2, journey: Workbench.entrance)
            guard case .blocked(let remaining) = try await bench.drain() else {
                Issue.record("the drain should be blocked by the parked journey")
                return
            }
            #expect(remaining.openByJourney == ["welcome": 150])
            #expect(try bench.query("SELECT cause FROM outbox_pause WHERE scope = 'welcome'") == "state_conflict")
            bench.sandbox.change { $0[journey: 33]?.status = .live }
            bench.clock.advance(by: .seconds(31))
            try await bench.whileWorking { _ in
                try await bench.events.first { if case .resumed = $0 { true } else { false } }
            }
            try await bench.expectDrained()
            #expect(try bench.query("SELECT max(attempts) FROM outbox_history") == 1)
            try bench.expectExactBooks()
        }
    }

    @Test func `a revoked key pauses everything until another key is available`() async throws {
        try await Workbench.open { bench in
            try bench.insert(10)
            bench.sandbox.change { $0.revokeAPIKey("sk_test_current") }
            guard case .blocked = try await bench.drain() else {
                Issue.record("the drain should be blocked by the pause")
                return
            }
            #expect(try bench.query("SELECT cause FROM outbox_pause WHERE scope = ''") == "authentication_required")
            #expect(try bench.states() == ["retrying": 10])
            bench.sandbox.change { $0.addAPIKey("sk_test_next") }
            try await bench.whileWorking { worker in
                #expect(bench.keys.rotate(to: "sk_test_next"))
                worker.keysChanged()
                try await bench.events.first { if case .resumed = $0 { true } else { false } }
            }
            try await bench.expectDrained()
            try bench.expectExactBooks()
        }
    }

    @Test func `running out of credit pauses everything and spends no attempts`() async throws {
        try await Workbench.open {
            $0.credit = 0
        } _: { bench in
            try bench.insert(10)
            guard case .blocked = try await bench.drain() else {
                Issue.record("the drain should be blocked by the pause")
                return
            }
            bench.sandbox.change { $0.credit = nil }
            bench.clock.advance(by: .seconds(31))
            try await bench.whileWorking { _ in
                try await bench.events.first { if case .resumed = $0 { true } else { false } }
            }
            try await bench.expectDrained()
            #expect(try bench.query("SELECT max(attempts) FROM outbox_history") == 1)
            try bench.expectExactBooks()
        }
    }

    @Test func `rows that spoil a request and that no answer names are isolated in O(k log n) requests`() async throws {
        try await Workbench.open { bench in
            try bench.insert(100, named: { $0 == 37 || $0 == 80 ? "poison-400-\($0)" : "cust-\($0)" })
            try await bench.expectDrained()
            #expect(try bench.states() == ["dead": 2, "delivered": 98])
            let bound = 34
            #expect(bench.triggers <= bound)
            try bench.expectExactBooks()
        }
    }

    @Test func `rows that a 422 names are dead, and the batch is sent without them`() async throws {
        try await Workbench.open { bench in
            try bench.insert(100, named: { $0 == 50 ? "poison-422-x" : "cust-\($0)" })
            try await bench.expectDrained()
            #expect(try bench.states() == ["dead": 1, "delivered": 99])
            #expect(bench.triggers == 2)
            try bench.expectExactBooks()
        }
    }

    @Test(arguments: ["poison-413", "poison-403-html"])
    func `an edge that refuses one payload affects that row alone`(name: String) async throws {
        try await Workbench.open { bench in
            try bench.insert(120, named: { $0 == 110 ? name : "cust-\($0)" })
            try await bench.whileWorking { _ in
                // All other rows arrive. Then producers commit more intents.
                try await bench.events.delivered(atLeast: 119)
                var arrived = 119
                while try bench.states()["dead"] == nil {
                    try bench.insert(1)
                    arrived += 1
                    try await bench.events.delivered(atLeast: arrived)
                }
            }
            #expect(try bench.states()["dead"] == 1)
            #expect(try bench.query("SELECT count(*) FROM outbox_waiting") == 0)
            try bench.expectExactBooks()
        }
    }

    @Test func `an edge that refuses every request for a day uses no attempt of any row`() async throws {
        try await Workbench.open { bench in
            try bench.insert(1)
            try await bench.expectDrained()
            bench.sandbox.change {
                $0.faults.say = SandboxWord(next: .max, status: 403, contentType: "text/html", body: "<html>no</html>")
            }
            try bench.insert(30)
            let worker = bench
            try await worker.whileWorking { _ in
                for _ in 0..<150 {
                    let seen = worker.events.events.count
                    worker.clock.advance(by: .seconds(600))
                    try await worker.events.settled(after: seen)
                }
            }
            #expect(try bench.query("SELECT count(*) FROM outbox_dead") == 0)
            bench.sandbox.change { $0.faults.say.next = 0 }
            bench.clock.advance(by: .seconds(600))
            try await bench.expectDrained()
            #expect(try bench.query("SELECT max(attempts) FROM outbox_history") == 1)
            try bench.expectExactBooks()
        }
    }

    @Test(arguments: [
        SandboxDialect.entrancesCreated, .results, .count, .success, .accepted, .noContent,
    ])
    func `every form of a success answer is understood`(dialect: SandboxDialect) async throws {
        try await Workbench.open {
            $0.dialect = dialect
        } _: { bench in
            try bench.insert(20)
            try await bench.expectDrained()
            #expect(try bench.states() == ["delivered": 20])
            try bench.expectExactBooks()
        }
    }

    @Test(arguments: [SandboxDialect.contradictory, .truncated, .unparsable])
    func `a success answer that proves too little is replayed and then leaves the batch in doubt`(
        dialect: SandboxDialect
    ) async throws {
        try await Workbench.open {
            $0.dialect = dialect
        } _: { bench in
            try bench.insert(20)
            guard case .blocked(let remaining) = try await bench.drain() else {
                Issue.record("the drain should be blocked by the batch in doubt")
                return
            }
            #expect(remaining.inDoubt == 20)
            #expect(try bench.states() == ["in_doubt": 20])
            #expect(bench.triggers(ofUsers: 20) == 3)
        }
    }
}

@Suite(.timeLimit(.minutes(2)))
struct DueTimeTests {
    @Test func `rows with different due times are all retried although no commit wakes the worker`() async throws {
        try await Workbench.open { bench in
            var bench = bench
            bench.policy.backoff = Backoff(initial: .milliseconds(60), max: .milliseconds(120))
            let settled = bench
            try bench.insert(40, named: { "reject-twice-\($0)" })
            try await settled.whileWorking { _ in try await settled.events.delivered(atLeast: 40) }
            try bench.expectExactBooks()
        }
    }
}
