@testable import Delivery
import Testing

/// The promise, against an API that fails in every way: no intent is lost, and each is entered once while keys are
/// enforced.
@Suite struct PromiseTests {
    @Test(arguments: 1...12 as ClosedRange<UInt64>, [WorkerConfiguration.Idempotency.enforced, .auto])
    func `where keys are enforced, every intent is delivered once, and the outbox drains when the faults end`(
        seed: UInt64, idempotency: WorkerConfiguration.Idempotency
    ) throws {
        var run = PromiseRun(seed, enforcesKeys: true, idempotency: idempotency)
        try run.fault()
        for _ in 0..<3000 where !run.isDone { try run.step() }
        #expect(run.isDone)
        #expect(!run.api.keyReused)
        #expect(run.api.entered.values.allSatisfy { $0 == 1 }, "entered more than once")
        let entered = Set(run.api.entered.keys)
        #expect(Set(run.world.delivered).isSubset(of: entered), "called delivered what was not")
        // Only rows whose answer could not be read after two replays are in doubt; only refused rows are dead.
        for (id, code) in run.world.dead {
            #expect(APIModel.isPoison(id) || APIModel.isRejected(id) || !entered.contains(id), "\(id) died of \(code)")
        }
        #expect(Set(run.world.delivered).union(run.world.inDoubt).union(run.world.dead.keys).count == PromiseRun.rows)
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>, [WorkerConfiguration.Idempotency.absent, .auto])
    func `where keys are not enforced, no intent is delivered twice, and possibly executed intents are in doubt`(
        seed: UInt64, idempotency: WorkerConfiguration.Idempotency
    ) throws {
        var run = PromiseRun(seed, enforcesKeys: false, idempotency: idempotency)
        try run.fault()
        for _ in 0..<3000 where !run.isDone { try run.step() }
        #expect(run.isDone)
        #expect(run.api.entered.values.allSatisfy { $0 == 1 }, "entered more than once")
        #expect(Set(run.world.delivered).isSubset(of: Set(run.api.entered.keys)))
        for id in run.api.entered.keys { #expect(run.world.dead[id] == nil, "\(id) was entered and died") }
    }
}
