import Foundation
import GRDB
import JourneyOutbox
import Operation
import Sandbox
import Testing

@testable import Delivery
@testable import SQLiteStore

/// Ordering keys through the whole worker, compared with its events and with what arrived at the API.
@Suite(.timeLimit(.minutes(2)))
struct OrderingTests {
    private static let kinds = [
        "plain", "plain", "plain", "plain", "plain", "reject-twice", "reject-permanent", "poison-422", "cancelled",
        "scheduled", "expired",
    ]
    private static let unfinished =
        "SELECT count(*) FROM outbox_intents WHERE state NOT IN ('dead', 'cancelled')"

    @Test(arguments: [Workbench.users, Workbench.entrance], [UInt64.random(in: 0 ... .max)])
    func `no intent is sent before the older ones of its ordering key have ended`(
        journey: Journey, seed: UInt64
    ) async throws {
        print("ordering seed \(seed)")
        try await Workbench.open {
            $0.faults.dropBeforeEffect.probability = 0.03
            $0.faults.dropAfterEffect.probability = 0.03
            $0.faults.errorAfterEffect.probability = 0.03
        } _: { bench in
            var worker = bench
            worker.idempotency = .enforced
            let bench = worker
            // There are two workers, one after the other. The second takes over the first one's batches.
            for part in 0..<2 {
                try await bench.whileWorking { _ in
                    var random = SplitMix64(seed: seed &+ UInt64(part))
                    for _ in 0..<12 { try await Self.produce(10, journey, on: bench, &random) }
                    if part == 1 { try await bench.untilQuery(Self.unfinished, is: 0) }
                }
            }
            try bench.expectOrder()
            try bench.expectExactBooks()
            #expect(try bench.query("SELECT count(*) FROM outbox_lane") == 0)
            #expect(try bench.states().keys.sorted() == ["cancelled", "dead", "delivered"])
        }
    }

    /// Commits intents of a few keys, and cancels those that shall be cancelled when that is still possible.
    private static func produce(
        _ count: Int, _ journey: Journey, on bench: Workbench, _ random: inout SplitMix64
    ) async throws {
        struct IntentPlan {
            let kind: String
            let key: String
            let delay: TimeInterval
        }
        let plans = (0..<count).map { _ in
            IntentPlan(
                kind: kinds[Int.random(in: 0..<kinds.count, using: &random)],
                key: "k\(Int.random(in: 0..<5, using: &random))", delay: Double.random(in: 0...0.3, using: &random))
        }
        var next = plans.makeIterator()
        let ids = try bench.insert(
            count, journey: journey, named: { "\(plans[$0].kind)-\(UUID().uuidString)" },
            changing: { intent in
                guard let plan = next.next() else { return }
                intent.orderingKey = plan.key
                if plan.kind == "scheduled" { intent.scheduledAt = Date(timeIntervalSinceNow: plan.delay) }
                if plan.kind == "expired" { intent.expiresAt = Date(timeIntervalSinceNow: plan.delay / 10) }
            })
        for (id, plan) in zip(ids, plans) where plan.kind == "cancelled" {
            do {
                try await bench.business.write { db in _ = try Outbox.cancel(id, in: db) }
            } catch let error as OutboxError where error.errorCode == .cancelRefused {
                continue
            }
        }
    }

    @Test func `an intent that is committed while the head is scheduled does not overtake it`() async throws {
        try await Workbench.open { bench in
            try bench.insert(
                1,
                changing: { intent in
                    intent.orderingKey = "a"
                    intent.scheduledAt = Date(timeIntervalSinceNow: 3600)
                })
            try bench.insert(3, changing: { $0.orderingKey = "a" })
            try bench.insert(1, changing: { $0.orderingKey = "b" })
            try await bench.expectDrained()
            #expect(try bench.states() == ["scheduled": 1, "blocked": 3, "delivered": 1])
            bench.clock.advance(by: .seconds(3601))
            try await bench.expectDrained()
            #expect(try bench.states() == ["delivered": 5])
            #expect(bench.sandbox.effects().map(\.data) == [4, 0, 1, 2, 3].map { #"{"order":\#($0)}"# })
            try bench.expectOrder()
            try bench.expectExactBooks()
        }
    }

    @Test func `a blocking dead head keeps a drain from completing until it is retried`() async throws {
        try await Workbench.open { bench in
            var worker = bench
            worker.journeys = [LaneTests.blocking]
            worker.policy.maxAttempts = 1
            let bench = worker
            try bench.insert(1, named: { _ in "reject-twice-1" }, changing: { $0.orderingKey = "a" })
            try bench.insert(3, changing: { $0.orderingKey = "a" })
            for _ in 0..<2 {
                guard case .blocked(let remaining) = try await bench.drain() else {
                    Issue.record("the drain should be blocked by the dead letter")
                    return
                }
                #expect(remaining.heldBack == 3)
                #expect(try bench.states() == ["dead": 1, "blocked": 3])
                let retried = try IntentChange(
                    OperatorConnection(path: bench.path, for: .changing), .retry, at: bench.clock.now().wall
                ).apply(to: .ids([1]))
                #expect(retried.done == 1)
            }
            try await bench.expectDrained()
            #expect(try bench.states() == ["delivered": 4])
            #expect(bench.sandbox.effects().map(\.data) == (0..<4).map { #"{"order":\#($0)}"# })
            try bench.expectExactBooks()
        }
    }

    @Test func `a running worker whose journey no longer blocks sends the blocked intents`() async throws {
        try await Workbench.open { bench in
            var worker = bench
            worker.journeys = [LaneTests.blocking]
            let bench = worker
            try await bench.whileWorking { worker in
                try bench.insert(1, named: { _ in "reject-permanent-1" }, changing: { $0.orderingKey = "a" })
                try bench.insert(2, changing: { $0.orderingKey = "a" })
                try await bench.untilQuery(
                    "SELECT (SELECT count(*) FROM outbox_dead) + (SELECT count(*) FROM outbox_waiting WHERE state = 'blocked')",
                    is: 3)
                var configuration = bench.configuration
                configuration.journeys = [Workbench.users]
                worker.reconfigure(configuration)
                try await bench.events.delivered(atLeast: 2)
            }
            #expect(try bench.states() == ["dead": 1, "delivered": 2])
        }
    }

    @Test func `a head in doubt blocks the others until the operator resolves it`() async throws {
        try await Workbench.open {
            $0.faults.ignoresIdempotencyKeys = true
            $0.faults.dropAfterEffect.next = 1
        } _: { bench in
            try bench.insert(4, changing: { $0.orderingKey = "a" })
            guard case .blocked(let remaining) = try await bench.drain() else {
                Issue.record("the drain should be blocked by what is in doubt")
                return
            }
            #expect(remaining.inDoubt == 1)
            #expect(remaining.heldBack == 3)
            let resolved = try ResolutionRun(
                OperatorConnection(path: bench.path, for: .changing), at: bench.clock.now().wall
            ).apply(.delivered, to: .all)
            #expect(resolved.resolved == 1)
            try await bench.expectDrained()
            #expect(try bench.states() == ["delivered": 4])
            #expect(bench.sandbox.effects().map(\.data) == (0..<4).map { #"{"order":\#($0)}"# })
        }
    }
}

extension Workbench {
    /// Checks the worker's events against the rule of ordering keys: when an intent was first sent, each older one of
    /// its key that was ever sent had ended.
    func expectOrder(sourceLocation: SourceLocation = #_sourceLocation) throws {
        var begun: [String: [Int64: Int]] = [:]
        var ended: [Int64: Int] = [:]
        for (time, event) in events.events.enumerated() {
            switch event {
            case .begun(let batch):
                for member in try batch.members.decode() {
                    guard let key = member.orderingKey else { continue }
                    begun[key, default: [:]][member.id] = begun[key]?[member.id] ?? time
                }
            case .settled(let settlement):
                let members = try settlement.batch.members.decode()
                for (place, member) in members.enumerated() where settlement.ends(place) { ended[member.id] = time }
            default: continue
            }
        }
        var wrong: [String] = []
        for (key, times) in begun {
            let ids = times.keys.sorted()
            for (older, younger) in zip(ids, ids.dropFirst())
            where ended[older] ?? .max > times[younger] ?? .min {
                wrong.append("\(younger) of \(key) was sent before \(older) had ended")
            }
        }
        #expect(!begun.isEmpty, sourceLocation: sourceLocation)
        #expect(wrong.prefix(10).isEmpty, sourceLocation: sourceLocation)
    }
}

extension Settlement {
    /// Whether the member at an index has ended with this settlement.
    fileprivate func ends(_ place: Int) -> Bool {
        if case .sending = fate { return false }
        if case .waiting = leaving[place] { return false }
        return !successors.joined().contains(place) && !unproven.contains(place)
    }
}
