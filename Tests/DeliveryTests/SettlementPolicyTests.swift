@testable import Delivery
import Testing

@Suite struct SettlementPolicyTests {
    /// The context in which an entry is classified and settled.
    struct Situation: Sendable, CustomTestStringConvertible {
        var shape: Shape
        var before: WallTime?
        var enforcement: Enforcement

        var testDescription: String { "\(shape), before: \(before != nil), \(enforcement.rawValue)" }

        static let all = [Shape.users, .entrance].flatMap { shape in
            [nil, Make.earlier].flatMap { before in
                [Enforcement.enforced, .absent, .unproven].map {
                    Situation(shape: shape, before: before, enforcement: $0)
                }
            }
        }
    }

    private static func settle(
        _ answer: Answer, to batch: Batch, _ enforcement: Enforcement = .enforced,
        onUnknown: Journey.OnUnknown = .hold, othersSucceed: Bool = false, policy: DeliveryPolicy = DeliveryPolicy()
    ) throws -> Settlement {
        var policy = Make.settlementPolicy(
            enforcement, onUnknown: onUnknown, othersSucceed: othersSucceed, policy: policy)
        return try policy.settle(batch, Classifier().judge(answer, to: batch, at: Make.now))
    }

    /// The members that leave; it also checks that every other member is at exactly one place.
    private static func places(of settlement: Settlement) -> [Int] {
        var places = Array(settlement.leaving.keys) + settlement.successors.joined() + settlement.unproven
        if case .sending = settlement.fate { places += 0..<settlement.batch.size }
        return places.sorted()
    }

    @Test(arguments: Entry.all, Situation.all)
    func `every refusal is settled by the rule of keys and stamps`(entry: Entry, situation: Situation) throws {
        let batch = try Make.batch(
            Make.rows(situation.shape == .users ? 4 : 1, attempts: 2), situation.shape, before: situation.before)
        let settlement = try Self.settle(entry.answer, to: batch, situation.enforcement)
        let isCleared = situation.before == nil || entry.evidence == .everyAttempt && situation.enforcement == .enforced
        #expect(Self.places(of: settlement) == Array(0..<batch.size))
        #expect(settlement.deliveredCount == 0)
        #expect(!settlement.provesJourneyWorks)
        switch entry.kind(situation.shape) {
        case .processed: Issue.record("no refusal")
        case .mismatch: #expect(settlement.fate == .inDoubt)
        case .unknown where situation.enforcement == .absent: #expect(settlement.fate == .inDoubt)
        case .unknown, .inProgress: expectAgain(settlement, stamp: batch.possiblyExecutedSince)
        case .limited, .notSent: expectAgain(settlement, stamp: situation.before)
        case _ where !isCleared: expectAgain(settlement, stamp: situation.before)
        case .edge: expectAgain(settlement, stamp: nil)
        case .closed, .journey:
            #expect(settlement.fate == .settled(.returned))
            for index in 0..<batch.size {
                #expect(
                    settlement.leaving[index]
                        == .waiting(.init(attempts: 2, dueAt: Make.now, rejection: nil, isRefusedAlone: false)))
            }
        case .content, .tooLarge: expectSplit(settlement)
        case .rows: try expectShrunk(settlement, entry)
        }
    }

    private func expectAgain(_ settlement: Settlement, stamp: WallTime?) {
        guard case .sending(let dueAt, let after) = settlement.fate else {
            Issue.record("\(settlement.fate)")
            return
        }
        #expect(after == stamp)
        #expect(dueAt >= Make.now && dueAt <= Make.now + .seconds(300))
        #expect(settlement.leaving.isEmpty && settlement.successors.isEmpty && settlement.unproven.isEmpty)
    }

    private func expectSplit(_ settlement: Settlement) {
        if settlement.batch.size > 1 {
            #expect(settlement.fate == .settled(.split))
            #expect(settlement.successors == [[0, 1], [2, 3]])
            #expect(settlement.leaving.isEmpty)
        } else {
            #expect(settlement.fate == .settled(.rejected))
            #expect(settlement.hasRefusedAlone)
        }
    }

    private func expectShrunk(_ settlement: Settlement, _ entry: Entry) throws {
        if settlement.batch.size == 1 {
            #expect(settlement.fate == .settled(.rejected))
        } else {
            #expect(settlement.fate == .settled(.shrunk))
            #expect(settlement.successors.map(\.count) == [3])
        }
        let leaving = try #require(settlement.leaving.values.first)
        switch leaving {
        case .dead(let rejection, let attempts):
            #expect(!rejection.isRetryable)
            #expect(attempts == 3)
        case .waiting(let waiting):
            #expect(waiting.rejection?.isRetryable == true)
            #expect(waiting.attempts == 3)
        }
    }

    // MARK: Proxies and single rows

    @Test func `a refusal by a proxy splits a batch that was not executed while other requests succeed`() throws {
        let entry = Answer.response(Make.page(403))
        let fresh = try Make.batch(Make.rows(5))
        #expect(try Self.settle(entry, to: fresh, othersSucceed: true).successors == [[0, 1], [2, 3, 4]])
        let stamped = try Make.batch(Make.rows(5), before: Make.earlier)
        expectAgain(try Self.settle(entry, to: stamped, othersSucceed: true), stamp: Make.earlier)
    }

    @Test(arguments: [true, false]) func `only the success that ends a park clears the refusals before it`(
        endsPark: Bool
    ) throws {
        var policy = SettlementPolicy(
            policy: DeliveryPolicy(), enforcement: .enforced, onUnknown: .hold, othersSucceed: true, now: Make.now,
            random: SplitMix64(seed: 1), endsPark: endsPark)
        let batch = try Make.batch(Make.rows(2))
        let verdict = Classifier().judge(.response(Make.json(200, #"{"success":true}"#)), to: batch, at: Make.now)
        #expect(try policy.settle(batch, verdict).clearsRefusals == endsPark)
    }

    @Test(arguments: 0..<6) func `a row refused alone waits until its requests are used up`(attempts: Int) throws {
        let batch = try Make.batch(Make.rows(1, attempts: attempts))
        let settlement = try Self.settle(.response(Make.problem(422, "validation_failed")), to: batch)
        switch try #require(settlement.leaving[0]) {
        case .waiting(let waiting):
            #expect(attempts < 4)
            #expect(waiting.attempts == attempts + 1)
            #expect(waiting.isRefusedAlone)
            #expect(waiting.dueAt <= Make.now + .seconds(1 << attempts))
        case .dead(let rejection, let spent):
            #expect(attempts >= 4)
            #expect(spent == attempts + 1)
            #expect(rejection.code == "validation_failed")
        }
    }

    @Test func `a row that probes a journey paused for refused rows spends no attempt`() throws {
        let batch = try Make.batch(Make.rows(1, attempts: 4))
        var policy = Make.settlementPolicy(isParkedForRows: true)
        let verdict = Classifier().judge(.response(Make.problem(400, "parameter_unknown")), to: batch, at: Make.now)
        guard case .waiting(let waiting) = try policy.settle(batch, verdict).leaving[0] else {
            Issue.record("died")
            return
        }
        #expect(waiting.attempts == 4)
    }

    // MARK: A 2xx

    private static let partial =
        #"{"created":2,"errors":[{"index":1,"code":"resource_missing"},{"index":3,"code":"never_seen"}]}"#

    @Test(arguments: [Enforcement.enforced, .absent, .unproven], [nil, Make.earlier])
    func `a partial success delivers, retries and kills rows by their codes`(
        enforcement: Enforcement, before: WallTime?
    ) throws {
        let batch = try Make.batch(Make.rows(4, attempts: 1), before: before)
        let settlement = try Self.settle(.response(Make.json(200, Self.partial)), to: batch, enforcement)
        #expect(settlement.fate == .settled(.partlyRejected))
        #expect(settlement.deliveredCount == 2)
        #expect(settlement.provesJourneyWorks)
        #expect(settlement.leaving.count == 2)
        #expect(settlement.leaving[3] == .dead(Rejection(code: "never_seen", message: ""), attempts: 2))
        guard case .waiting(let waiting) = settlement.leaving[1] else {
            Issue.record("not waiting")
            return
        }
        #expect(waiting.attempts == 2)
        #expect(waiting.rejection?.code == "resource_missing")
        #expect(!waiting.isRefusedAlone)
    }

    @Test func `a row with a retryable code is dead after its last request, and its batch is settled`() throws {
        let batch = try Make.batch(Make.rows(1, attempts: 4))
        let settlement = try Self.settle(
            .response(Make.json(200, #"{"created":0,"errors":[{"index":0,"code":"rate_limited","message":"m"}]}"#)),
            to: batch)
        #expect(settlement.fate == .settled(.rejected))
        #expect(settlement.leaving == [0: .dead(Rejection(code: "rate_limited", message: "m"), attempts: 5)])
        #expect(!settlement.provesJourneyWorks)
    }

    @Test(arguments: [Enforcement.enforced, .absent, .unproven], 0..<4)
    func `what a 2xx does not prove is replayed twice where keys may be enforced, and is then in doubt`(
        enforcement: Enforcement, replays: Int
    ) throws {
        let batch = try Make.batch(Make.rows(3), replays: replays)
        let settlement = try Self.settle(.response(Make.json(200, "OK")), to: batch, enforcement)
        if enforcement != .absent && replays < 2 {
            expectAgain(settlement, stamp: Make.begun)
            #expect(settlement.isReplay)
        } else {
            #expect(settlement.fate == .inDoubt)
            #expect(settlement.unproven == [0, 1, 2])
            #expect(!settlement.isReplay)
        }
    }

    @Test(arguments: [Enforcement.enforced, .absent, .unproven])
    func `what an ambiguous 2xx proves is settled`(enforcement: Enforcement) throws {
        let batch = try Make.batch(Make.rows(3), replays: enforcement == .enforced ? 2 : 0)
        let answer = #"{"results":[{"index":0},{"index":1,"error":{"code":"bad"}}]}"#
        let settlement = try Self.settle(.response(Make.json(200, answer)), to: batch, enforcement)
        #expect(settlement.fate == .inDoubt)
        #expect(settlement.unproven == [2])
        #expect(settlement.deliveredCount == 1)
        #expect(settlement.leaving[1] == .dead(Rejection(code: "bad", message: ""), attempts: 1))
    }

    @Test func `a replayed success does not prove that the journey works now`() throws {
        let batch = try Make.batch(Make.rows(2), before: Make.earlier)
        let success = #"{"success":true}"#
        #expect(try Self.settle(.response(Make.json(200, success)), to: batch).provesJourneyWorks)
        #expect(try !Self.settle(.response(Make.json(200, success, replayed: true)), to: batch).provesJourneyWorks)
    }

    // MARK: Waits

    @Test(arguments: [(nil, 1), ("0", 1), ("1", 1), ("7", 7), ("garbage", 1), ("-5", 1)] as [(String?, Int)])
    func `a request in progress is sent again after the given wait, and never at once`(
        retryAfter: String?, seconds: Int
    )
        throws
    {
        let answer = Make.problem(409, "idempotency_in_progress", retryAfter: retryAfter)
        let settlement = try Self.settle(.response(answer), to: try Make.batch(Make.rows(1)))
        #expect(settlement.fate == .sending(dueAt: Make.now + .seconds(seconds), stamp: Make.begun))
    }

    @Test func `a 401 for a replaced API key leaves possibly executed batches in doubt, others return`() throws {
        let answer = Answer.response(Make.problem(401, "authentication_required"))
        for (before, fate) in [(nil, .settled(.returned)), (Make.earlier, .inDoubt)] as [(WallTime?, Settlement.Fate)] {
            let batch = try Make.batch(Make.rows(2), before: before, fingerprint: "old")
            var policy = Make.settlementPolicy(isRetiredKey: true)
            #expect(try policy.settle(batch, Classifier().judge(answer, to: batch, at: Make.now)).fate == fate)
        }
    }
}
