@testable import Delivery
import Testing

/// The promise, against an API that fails in every way: never lost, and entered once for as long as keys are enforced.
@Suite struct PromiseTests {
    @Test(arguments: 1...12 as ClosedRange<UInt64>, [WorkerConfiguration.Idempotency.enforced, .auto])
    func `where keys are enforced, every intent is entered once and the outbox drains when the faults end`(
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
        // In doubt is only what was replayed twice and could not be read; dead are the rows that deserve it.
        for (id, code) in run.world.dead {
            #expect(APIModel.isPoison(id) || APIModel.isRejected(id) || !entered.contains(id), "\(id) died of \(code)")
        }
        #expect(Set(run.world.delivered).union(run.world.inDoubt).union(run.world.dead.keys).count == PromiseRun.rows)
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>, [WorkerConfiguration.Idempotency.absent, .auto])
    func `where keys are ignored, nothing is entered twice: what may have run waits for a person`(
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
