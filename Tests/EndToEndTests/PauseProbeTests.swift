import Delivery
import Foundation
import GRDB
import SQLiteStore
import Sandbox
import Synchronization
import Testing

/// Pauses over HTTP: what causes a pause, how often it is probed, and that it ends by itself.
@Suite(.timeLimit(.minutes(3)))
struct PauseProbeTests {
    struct RefusingAnswer: Sendable, CustomTestStringConvertible {
        var status: Int
        var code: String
        var param: String?
        var type = "application/problem+json"
        var cause: String { status == 302 ? "redirected" : code }
        var testDescription: String { "\(status) \(code)" }

        var word: SandboxWord {
            let name = param.map { #","param":"\#($0)""# } ?? ""
            return SandboxWord(
                next: .max, status: status, contentType: type,
                body: #"{"status":"error","code":"\#(code)","title":"t","message":"m","request_id":"req_x"\#(name)}"#)
        }
    }

    static let everything = [
        RefusingAnswer(status: 401, code: "authentication_required"),
        RefusingAnswer(status: 402, code: "quota_exceeded"),
        RefusingAnswer(status: 403, code: "permission_denied"),
        RefusingAnswer(status: 400, code: "version_unsupported"),
        RefusingAnswer(status: 400, code: "parameter_missing", param: "Spotzee-Version"),
        RefusingAnswer(status: 400, code: "idempotency_key_invalid"),
        RefusingAnswer(status: 302, code: "moved", type: "text/html"),
    ]

    private static func isPaused(_ event: WorkerEvent) -> Bool {
        if case .paused = event { true } else { false }
    }

    private static func isResumed(_ event: WorkerEvent) -> Bool {
        if case .resumed = event { true } else { false }
    }

    /// Waits until the sandbox has answered a number of requests of a method.
    private static func requests(_ method: String, _ count: Int, _ bench: Workbench) async throws {
        try await bench.untilTrue { bench.sandbox.requests().count { $0.method == method } >= count }
    }

    @Test(arguments: everything)
    func `a refusal of every request pauses everything, is probed by one request, and resumes by itself`(
        refusal: RefusingAnswer
    )
        async throws
    {
        try await Workbench.open {
            $0.faults.say = refusal.word
        } _: { bench in
            try bench.insert(250)
            try bench.insert(3, journey: Workbench.entrance)
            try await bench.whileWorking { _ in
                try await bench.events.first(Self.isPaused)
                try await bench.untilIdle()
                #expect(try bench.query("SELECT scope || cause FROM outbox_pause") == refusal.cause)
                // Intents that may not be sent are not frozen either.
                #expect(try Set(bench.states().keys).isSubset(of: ["pending", "retrying"]))
                let refused = bench.triggers
                bench.clock.advance(by: .seconds(31))
                try await Self.requests("POST", refused + 1, bench)
                try await bench.untilIdle()
                #expect(bench.triggers == refused + 1)
                bench.sandbox.change { $0.faults.say.next = 0 }
                bench.clock.advance(by: .seconds(61))
                try await bench.events.first(Self.isResumed)
                try await bench.events.delivered(atLeast: 253)
            }
            #expect(try bench.query("SELECT count(*) FROM outbox_pause") == 0)
            #expect(try bench.query("SELECT max(attempts) FROM outbox_history") == 1)
            try bench.expectExactBooks()
        }
    }

    @Test(arguments: [Workbench.users, Workbench.entrance])
    func `a missing journey is parked alone, and resumes when it exists`(journey: Journey) async throws {
        try await Workbench.open {
            $0.journeys = $0.journeys.filter { $0.id != Int(journey.id) }
        } _: { bench in
            let other = journey == Workbench.users ? Workbench.entrance : Workbench.users
            try bench.insert(30, journey: journey)
            try bench.insert(4, journey: other)
            try await bench.whileWorking { _ in
                try await bench.events.first(Self.isPaused)
                try await bench.events.delivered(atLeast: 4)
                try await bench.untilIdle()
                #expect(
                    try bench.query("SELECT scope || ' ' || cause FROM outbox_pause")
                        == "\(journey.name) resource_missing")
                let refused = bench.triggers
                bench.clock.advance(by: .seconds(31))
                try await Self.requests("GET", journey == Workbench.users ? 1 : 2, bench)
                try await bench.untilIdle()
                #expect(bench.triggers == refused)
                bench.sandbox.change {
                    $0[journey: Int(journey.id)] =
                        journey == Workbench.users
                        ? SandboxJourney(id: 33) : SandboxJourney(id: 41, entranceIDs: [42])
                }
                bench.clock.advance(by: .seconds(61))
                try await bench.events.delivered(atLeast: 34)
            }
            #expect(try bench.query("SELECT max(attempts) FROM outbox_history") == 1)
            #expect(try bench.query("SELECT count(*) FROM outbox_pause") == 0)
            try bench.expectExactBooks()
        }
    }

    /// A parked journey, and answers to reading it that do not say whether it is live.
    static let readings = [
        (RefusingAnswer(status: 403, code: "permission_denied").word, 1),
        (SandboxWord(status: 200, contentType: "text/html", body: "<html>hello</html>"), 3),
        (SandboxWord(status: 404, contentType: "text/html", body: "<html>gone</html>"), 3),
    ]

    @Test(arguments: readings)
    func `a parked journey that cannot be read is probed with one row under a new key`(
        word: SandboxWord, readings: Int
    ) async throws {
        try await Workbench.open {
            $0.journeys[0].status = .draft
        } _: { bench in
            try bench.insert(30)
            try await bench.whileWorking { _ in
                try await bench.events.first(Self.isPaused)
                try await bench.untilIdle()
                let refused = bench.triggers
                bench.sandbox.change {
                    $0.faults.say = word
                    $0.faults.say.next = readings
                    $0.faults.reachesProbes = true
                }
                for reading in 1...readings {
                    bench.clock.advance(by: .seconds(901))
                    try await Self.requests("GET", reading, bench)
                }
                try await Self.requests("POST", refused + 1, bench)
                try await bench.untilIdle()
                #expect(bench.triggers == refused + 1)
                #expect(bench.triggers(ofUsers: 1) == 1)
                bench.sandbox.change { $0[journey: 33]?.status = .live }
                bench.clock.advance(by: .seconds(901))
                try await bench.events.delivered(atLeast: 30)
                #expect(bench.triggers(ofUsers: 1) == 2)
            }
            let keys = bench.sandbox.requests().compactMap(\.idempotencyKey)
            #expect(Set(keys).count == keys.count)
            #expect(try bench.query("SELECT max(attempts) FROM outbox_history") == 1)
            try bench.expectExactBooks()
        }
    }

    @Test func `a pause is probed after 30 s, then at doubled intervals, up to 15 minutes`() async throws {
        try await Workbench.open {
            $0.faults.say = Self.everything[0].word
        } _: { bench in
            try bench.insert(5)
            try await bench.whileWorking { _ in
                try await bench.events.first(Self.isPaused)
                for interval in [30, 60, 120, 240, 480, 900, 900, 900] {
                    let sent = bench.triggers
                    // No request leaves until shortly before the probe is due.
                    bench.clock.advance(by: .seconds(interval - 10))
                    try await bench.untilIdle()
                    #expect(bench.triggers == sent, "\(interval) s")
                    bench.clock.advance(by: .seconds(10))
                    try await Self.requests("POST", sent + 1, bench)
                    try await bench.events.answered(bench.triggers)
                }
            }
            #expect(try bench.states() == ["retrying": 5])
        }
    }

    @Test func `restarting workers during a pause does not increase the number of probes`() async throws {
        try await Workbench.open {
            $0.faults.say = Self.everything[1].word
        } _: { bench in
            try bench.insert(5)
            try await bench.whileWorking { _ in try await bench.events.first(Self.isPaused) }
            let refused = bench.triggers
            for _ in 0..<10 {
                bench.clock.advance(by: .seconds(60))
                let looks = bench.events.looks
                try await bench.whileWorking { _ in
                    try await bench.events.looked(times: 1, after: looks)
                    try await bench.untilIdle()
                }
            }
            // In ten minutes, there are probes at 60, 120, 240 and 480 s at most.
            #expect((1...4).contains(bench.triggers - refused))
            #expect(try bench.query("SELECT max(attempts) FROM outbox_waiting") == 0)
        }
    }

    @Test func `a clock that is set back by an hour prolongs neither a pause nor the wait of a row`() async throws {
        try await Workbench.open {
            $0.faults.say = Self.everything[1].word
        } _: { bench in
            try bench.insert(5)
            try await bench.whileWorking { _ in
                try await bench.events.first(Self.isPaused)
                try await bench.untilIdle()
                bench.sandbox.change { $0.faults.say.next = 0 }
                bench.clock.stepWall(by: .seconds(-3600))
                bench.clock.advance(by: .seconds(31))
                try await bench.events.first { if case .clockBehind = $0 { true } else { false } }
                try await bench.events.first(Self.isResumed)
                try await bench.events.delivered(atLeast: 5)
            }
            try bench.expectExactBooks()
        }
    }

    @Test func `rows that were delayed by a clock years ahead are due at the next start`() async throws {
        try await Workbench.open { bench in
            var patient = bench
            patient.policy.backoff = Backoff(initial: .seconds(300), max: .seconds(300))
            let worker = patient
            try bench.insert(3, named: { "reject-twice-\($0)" })
            worker.clock.stepWall(by: .seconds(10 * 365 * 86400))
            try await worker.whileWorking { _ in
                try await worker.events.first { if case .settled = $0 { true } else { false } }
            }
            #expect(try bench.states() == ["retrying": 3])
            worker.clock.stepWall(by: .seconds(-10 * 365 * 86400))
            let before = bench.triggers
            try await worker.whileWorking { _ in try await Self.requests("POST", before + 1, worker) }
            #expect(try bench.states() == ["retrying": 3])
        }
    }

    @Test func `a refusal of the worker's own probes causes a pause, too`() async throws {
        try await Workbench.open {
            $0.faults.dropAfterEffect.next = 1
        } _: { bench in
            try bench.insert(5)
            let worker = bench
            try await worker.whileWorking { _ in
                try await worker.events.first { event in
                    guard case .settled(let settlement) = event else { return false }
                    guard settlement.record.code == "no_answer" else { return false }
                    // Before the batch may be sent again, key enforcement is probed, and the probe is refused.
                    worker.sandbox.change { $0.faults.say = Self.everything[0].word }
                    return true
                }
                try await worker.events.first(Self.isPaused)
                try await worker.untilIdle()
                #expect(try worker.query("SELECT cause FROM outbox_pause") == "authentication_required")
                #expect(worker.triggers(ofUsers: 5) == 1)
                worker.sandbox.change { $0.faults.say.next = 0 }
                worker.clock.advance(by: .seconds(31))
                try await worker.events.delivered(atLeast: 5)
            }
            try bench.expectExactBooks()
        }
    }
}

extension EventRecorder {
    /// Waits until a number of answers have been settled since the start.
    func answered(_ count: Int) async throws {
        let seen = Mutex(0)
        try await first { event in
            guard case .settled(let settlement) = event, settlement.record.status != nil else { return false }
            return seen.withLock { seen in
                seen += 1
                return seen >= count
            }
        }
    }
}
