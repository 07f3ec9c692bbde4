@testable import Delivery
import Testing

@Suite struct PauseRegistryTests {
    private static let start = Make.now
    private static let journey = Pause.Scope.journey("welcome")

    private static func paused(_ scope: Pause.Scope = .everything, cause: PauseCause = "quota_exceeded")
        -> PauseRegistry
    {
        var registry = PauseRegistry([])
        _ = registry.pause(scope, cause: cause, detail: nil, requestID: nil, at: start)
        return registry
    }

    private static func pause(_ cause: PauseCause, nextProbe: WallTime?, _ scope: Pause.Scope = .everything) -> Pause {
        Pause(scope: scope, cause: cause, detail: nil, requestID: nil, since: start, nextProbe: nextProbe, probes: 0)
    }

    @Test func `a pause is probed after 30 s, and then at growing intervals up to 15 minutes`() {
        var registry = Self.paused()
        var now = Self.start
        for seconds in [30, 60, 120, 240, 480, 900, 900, 900] {
            #expect(registry.gate(.everything, at: now + .seconds(seconds) + .milliseconds(-1)) == .blocked)
            now = now + .seconds(seconds)
            #expect(registry.gate(.everything, at: now) == .probe)
            registry.noteProbe(.everything, at: now)
            #expect(registry.gate(.everything, at: now) == .blocked)
        }
        for _ in 0..<100 { registry.noteProbe(.everything, at: now) }
        #expect(registry.nextProbe(after: now) == now + .seconds(900))
    }

    @Test func `an answer to a request from before the pause neither ends the pause nor moves its probe`() {
        var registry = Self.paused()
        _ = registry.resume(.everything, begunAt: Self.start + .milliseconds(-1))
        #expect(registry.gate(.everything, at: Self.start) == .blocked)
        _ = registry.pause(
            .everything, cause: "quota_exceeded", detail: "again", requestID: "r", at: Self.start + .seconds(20))
        #expect(registry.pauses.map(\.nextProbe) == [Self.start + .seconds(30)])
        #expect(registry.pauses.first?.detail == "again")
        _ = registry.resume(.everything, begunAt: Self.start)
        #expect(registry.gate(.everything, at: Self.start) == .allowed)
    }

    @Test func `the pause of one journey holds back no other journey`() {
        var registry = Self.paused(Self.journey)
        #expect(registry.isPaused(Self.journey, at: Self.start))
        #expect(
            !registry.isPaused(.everything, at: Self.start) && !registry.isPaused(.journey("other"), at: Self.start))
        _ = registry.resume(.everything, begunAt: Self.start + .seconds(99))
        #expect(registry.isPaused(Self.journey, at: Self.start))
    }

    @Test func `an operator's pause is neither ended nor probed by the worker`() {
        var registry = PauseRegistry([Self.pause(PauseCause.byOperator, nextProbe: nil)])
        let late = Self.start + .seconds(86_400 * 365)
        _ = registry.resume(.everything, begunAt: late)
        registry.endRateLimit(at: late)
        registry.noteProbe(.everything, at: late)
        registry.probeSoon(at: late) { _ in true }
        #expect(registry.gate(.everything, at: late) == .blocked)
        #expect(registry.nextProbe(after: Self.start) == nil)
        #expect(registry.takeChanges().isEmpty)
    }

    @Test func `of two causes both must be due, and an operator's pause wins`() {
        var registry = Self.paused()
        _ = registry.pause(
            .everything, cause: "permission_denied", detail: nil, requestID: nil, at: Self.start + .seconds(20))
        #expect(registry.gate(.everything, at: Self.start + .seconds(40)) == .blocked)
        #expect(registry.gate(.everything, at: Self.start + .seconds(50)) == .probe)
        let held = PauseRegistry(registry.pauses + [Self.pause(PauseCause.byOperator, nextProbe: nil)])
        #expect(held.gate(.everything, at: Self.start + .seconds(50)) == .blocked)
    }

    @Test func `a rate limit ends by its time alone and never grows shorter`() {
        var registry = PauseRegistry([])
        _ = registry.limitRate(until: Self.start + .seconds(10), at: Self.start)
        _ = registry.limitRate(until: Self.start + .seconds(5), at: Self.start)
        _ = registry.resume(.everything, begunAt: Self.start + .seconds(9))
        registry.noteProbe(.everything, at: Self.start)
        registry.probeSoon(at: Self.start) { _ in true }
        #expect(registry.gate(.everything, at: Self.start + .seconds(9)) == .blocked)
        #expect(registry.isPausedBriefly(at: Self.start))
        registry.endRateLimit(at: Self.start + .seconds(10) + .milliseconds(-1))
        #expect(registry.pauses.count == 1)
        registry.endRateLimit(at: Self.start + .seconds(10))
        #expect(registry.pauses.isEmpty)
    }

    @Test func `only a short rate limit is brief`() {
        #expect(!Self.paused().isPausedBriefly(at: Self.start))
        #expect(
            PauseRegistry([Self.pause(PauseCause.rateLimited, nextProbe: Self.start + .seconds(60))]).isPausedBriefly(
                at: Self.start))
        #expect(
            !PauseRegistry([Self.pause(PauseCause.rateLimited, nextProbe: Self.start + .seconds(600))]).isPausedBriefly(
                at: Self.start))
    }

    @Test func `a new key lets every pause but an operator's be probed at once`() {
        var registry = Self.paused()
        registry.probeSoon(at: Self.start) { _ in true }
        #expect(registry.gate(.everything, at: Self.start) == .probe)
    }

    @Test func `a change that is not stored yet survives the reading of the stored pauses`() {
        var registry = PauseRegistry([Self.pause("old", nextProbe: Self.start)])
        _ = registry.resume(.everything, begunAt: Self.start)
        _ = registry.pause(.everything, cause: "quota_exceeded", detail: nil, requestID: nil, at: Self.start)
        registry.replace(by: [
            Self.pause("old", nextProbe: Self.start), Self.pause(PauseCause.byOperator, nextProbe: nil, Self.journey),
        ])
        #expect(Set(registry.pauses.map(\.cause)) == ["quota_exceeded", PauseCause.byOperator])
        _ = registry.takeChanges()
        registry.replace(by: [])
        #expect(registry.pauses.isEmpty)
    }

    @Test func `every change is to be stored once`() {
        var registry = Self.paused()
        registry.noteProbe(.everything, at: Self.start)
        _ = registry.resume(.everything, begunAt: Self.start)
        #expect(registry.takeChanges().count == 3)
        #expect(registry.takeChanges().isEmpty)
    }

    @Test func `a clock that was set back by hours between two workers does not prolong a pause by these hours`() {
        var earlier = Self.paused()
        _ = earlier.limitRate(until: Self.start + .seconds(20), at: Self.start)
        for _ in 0..<3 { earlier.noteProbe(.everything, at: Self.start + .seconds(3600)) }
        let back = Self.start + .seconds(-7200)
        var registry = PauseRegistry(recovering: earlier.pauses, at: back)
        #expect(registry.pauses.map { $0.nextProbe.map { $0 - back } } == [.seconds(240), .seconds(20)])
        #expect(registry.takeChanges().count == 2)
        // A request that began later ends the pause.
        _ = registry.resume(.everything, begunAt: back)
        #expect(registry.pauses.map(\.cause) == [PauseCause.rateLimited])
    }

    @Test func `a pause that a correct clock has written is taken over unchanged`() {
        var earlier = Self.paused()
        earlier.noteProbe(.everything, at: Self.start + .seconds(30))
        let pauses = earlier.pauses + [Self.pause(PauseCause.byOperator, nextProbe: nil, Self.journey)]
        var registry = PauseRegistry(recovering: pauses, at: Self.start + .seconds(31))
        #expect(registry.pauses == pauses)
        #expect(registry.takeChanges().isEmpty)
    }

    @Test func `a pause from before the clock went back by a year does not last a year`() {
        var registry = Self.paused()
        let back = Self.start + .seconds(-86_400 * 365)
        #expect(registry.gate(.everything, at: back) == .probe)
        registry.noteProbe(.everything, at: back)
        #expect(registry.gate(.everything, at: back + .seconds(1)) == .blocked)
        _ = registry.resume(.everything, begunAt: back)
        #expect(registry.pauses.isEmpty)
        _ = registry.limitRate(until: Self.start + .seconds(10), at: Self.start)
        registry.endRateLimit(at: back)
        #expect(registry.pauses.isEmpty)
    }
}
