@testable import Delivery
import Testing

/// The announced wake-up is exact: before it nothing would be done, and at it something is.
@Suite struct WakeUpTests {
    /// Looks at a scheduler that would do nothing now: at random moments before its wake-up, and at the wake-up.
    ///
    /// - Returns: whether there was anything to look at.
    private static func expectExactWakeUp(
        of scheduler: Scheduler, at now: Moment, _ random: inout SplitMix64, _ comment: Comment
    ) -> Bool {
        guard !scheduler.needsDueWork, !scheduler.acts(at: now) else { return false }
        let next = scheduler.nextLook(after: now)
        #expect(next > now.monotonic, comment)
        let span = Int64((next - now.monotonic) / .microseconds(1))
        for _ in 0..<8 where span > 1 {
            let early = now.advanced(to: now.monotonic + .microseconds(Int64.random(in: 1..<span, using: &random)))
            #expect(!scheduler.acts(at: early), comment)
        }
        if next < now.monotonic + Scheduler.lookMax { #expect(scheduler.acts(at: now.advanced(to: next)), comment) }
        return true
    }

    @Test(
        arguments: 1...8 as ClosedRange<UInt64>,
        [WorkerConfiguration.Idempotency.enforced, .auto, .absent])
    func `after a plan that did nothing, nothing would be done before the announced wake-up, and something at it`(
        seed: UInt64, idempotency: WorkerConfiguration.Idempotency
    ) throws {
        var run = PromiseRun(seed, enforcesKeys: idempotency != .absent, idempotency: idempotency)
        var random = SplitMix64(seed: ~seed)
        var looks = 0
        for step in 0..<150 {
            run.setFaults(round: step)
            try run.step()
            let comment: Comment = "seed \(seed), step \(step)"
            if Self.expectExactWakeUp(of: run.world.scheduler, at: run.world.now, &random, comment) { looks += 1 }
            // A stop changes what is waited for.
            var stopping = run.world.scheduler
            stopping.stop(at: run.world.now)
            _ = Self.expectExactWakeUp(of: stopping, at: run.world.now, &random, comment)
        }
        #expect(looks > 10)
    }
}
