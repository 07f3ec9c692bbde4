import Delivery
import GRDB
import Operation
import Testing

@testable import SQLiteStore
@testable import journey_outbox

@Suite struct BacklogTests {
    private func oldest(_ scene: Scene) throws -> WallTime? {
        try StatusReport(scene.looking(), at: Scene.now).oldestDue
    }

    @Test func `the oldest due intent is found in every table`() async throws {
        let scene = try Scene()
        #expect(try oldest(scene) == nil)
        try scene.enqueue(["later"], scheduledAt: Scene.now + .seconds(5))
        try scene.insertDead(100...101)
        #expect(try oldest(scene) == nil)
        try scene.enqueue(["due"], to: "b", scheduledAt: Scene.now - .seconds(7))
        #expect(try oldest(scene) == Scene.now - .seconds(7))
        try scene.enqueue(["ready"], to: "c")
        #expect(try oldest(scene) == Scene.now - .seconds(60))
        _ = try IntentChange(scene.changing(), .retry, at: Scene.now).apply(to: .ids([101]))
        #expect(try oldest(scene) == Scene.now - .seconds(7200))
        try scene.run("DELETE FROM outbox_waiting")
        try await scene.freeze("c")
        #expect(try oldest(scene) == Scene.now - .seconds(60))
        try scene.run("UPDATE outbox_batch SET state = 'in_doubt'")
        #expect(try oldest(scene) == Scene.now - .seconds(7))
    }

    private func settle(_ scene: Scene, size: Int, at time: WallTime) throws {
        try scene.run(
            """
            INSERT INTO outbox_batch (state, journey, key, target, api_key_fingerprint, body_sha256, first_id, last_id,
              size, attempt, due_at, frozen_at, settled_at, updated_at, members)
            VALUES ('settled', 'welcome', 'k', '{}', 'fp', 'x', 1, 2, ?1, 1, ?2, ?2, ?2, ?2, '[]')
            """, [size, time.milliseconds])
    }

    @Test func `the delivery rate is that of the last minute, from its first delivery on`() throws {
        let scene = try Scene()
        func pace() throws -> Double { try StatusReport(scene.looking(), at: Scene.now).deliveredPerSecond }
        #expect(try pace() == 0)
        try settle(scene, size: 9_999, at: Scene.now - .seconds(61))
        #expect(try pace() == 0)
        try settle(scene, size: 100, at: Scene.now - .seconds(10))
        try settle(scene, size: 50, at: Scene.now - .seconds(5))
        #expect(try pace() == 15)
    }

    @Test(arguments: [
        (0, 0.0, false, 0.0, "nothing due"),
        (10, 0, false, .infinity, "10 due, nothing was delivered in the last minute"),
        (10, 5, true, .infinity, "10 due, paused"), (1200, 10, false, 120, "1200 due, about 2 min left"),
        (9, 3, false, 3, "9 due, about 3 s left"), (86_400 * 10, 2, false, 432_000, "864000 due, about 5 d left"),
        (10_800, 1, false, 10_800, "10800 due, about 3 h left"),
    ])
    func `the estimate states when the backlog is delivered`(
        due: Int, pace: Double, isPaused: Bool, seconds: Double, text: String
    ) {
        let estimate = DrainEstimate(due: due, perSecond: pace, isPaused: isPaused)
        #expect(estimate.seconds == seconds)
        #expect(estimate.text == text)
    }

    @Test func `a rate limit bounds the estimated rate and is no pause`() throws {
        let scene = try Scene()
        try scene.enqueue(["a"])
        try scene.run(
            "INSERT INTO outbox_pause (scope, cause, since, next_probe, probes) VALUES ('', 'rate_limited', 1, 2, 0)")
        #expect(!DrainEstimate(try StatusReport(scene.looking(), at: Scene.now)).isPaused)
        try scene.run("INSERT INTO outbox_pause (scope, cause, since, probes) VALUES ('', 'operator', 1, 0)")
        #expect(DrainEstimate(try StatusReport(scene.looking(), at: Scene.now)).isPaused)
    }
}
