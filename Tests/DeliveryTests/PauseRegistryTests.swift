@testable import Delivery
import Testing

@Suite struct PauseRegistryTests {
    private static let start = Make.now
    private static let journey = Pause.Scope.journey("welcome")

    private static func closed(_ scope: Pause.Scope = .everything, cause: String = "quota_exceeded") -> PauseRegistry {
        var doors = PauseRegistry([])
        doors.close(scope, cause: cause, detail: nil, requestID: nil, at: start)
        return doors
    }

    private static func pause(_ cause: String, nextProbe: WallTime?, _ scope: Pause.Scope = .everything) -> Pause {
        Pause(scope: scope, cause: cause, detail: nil, requestID: nil, since: start, nextProbe: nextProbe, probes: 0)
    }

    @Test func `a shut door is tried after 30 s, then ever more rarely, up to 15 minutes`() {
        var doors = Self.closed()
        var now = Self.start
        for seconds in [30, 60, 120, 240, 480, 900, 900, 900] {
            #expect(doors.passage(.everything, at: now + .seconds(seconds) + .milliseconds(-1)) == .closed)
            now = now + .seconds(seconds)
            #expect(doors.passage(.everything, at: now) == .probe)
            doors.noteProbe(.everything, at: now)
            #expect(doors.passage(.everything, at: now) == .closed)
        }
        for _ in 0..<100 { doors.noteProbe(.everything, at: now) }
        #expect(doors.nextProbe(after: now) == now + .seconds(900))
    }

    @Test func `an answer to a request from before the pause neither opens nor moves the door`() {
        var doors = Self.closed()
        doors.open(.everything, begunAt: Self.start + .milliseconds(-1))
        #expect(doors.passage(.everything, at: Self.start) == .closed)
        doors.close(
            .everything, cause: "quota_exceeded", detail: "again", requestID: "r", at: Self.start + .seconds(20))
        #expect(doors.pauses.map(\.nextProbe) == [Self.start + .seconds(30)])
        #expect(doors.pauses.first?.detail == "again")
        doors.open(.everything, begunAt: Self.start)
        #expect(doors.passage(.everything, at: Self.start) == .open)
    }

    @Test func `one journey's door is nobody else's`() {
        var doors = Self.closed(Self.journey)
        #expect(doors.isShut(Self.journey, at: Self.start))
        #expect(!doors.isShut(.everything, at: Self.start) && !doors.isShut(.journey("other"), at: Self.start))
        doors.open(.everything, begunAt: Self.start + .seconds(99))
        #expect(doors.isShut(Self.journey, at: Self.start))
    }

    @Test func `a person's pause is opened and tried by nobody else`() {
        var doors = PauseRegistry([Self.pause(Pause.operatorCause, nextProbe: nil)])
        let late = Self.start + .seconds(86_400 * 365)
        doors.open(.everything, begunAt: late)
        doors.openRate(at: late)
        doors.noteProbe(.everything, at: late)
        doors.probeSoon(at: late) { _ in true }
        #expect(doors.passage(.everything, at: late) == .closed)
        #expect(doors.nextProbe(after: Self.start) == nil)
        #expect(doors.takeChanges().isEmpty)
    }

    @Test func `of two causes both must be due, and a person's wins`() {
        var doors = Self.closed()
        doors.close(.everything, cause: "permission_denied", detail: nil, requestID: nil, at: Self.start + .seconds(20))
        #expect(doors.passage(.everything, at: Self.start + .seconds(40)) == .closed)
        #expect(doors.passage(.everything, at: Self.start + .seconds(50)) == .probe)
        let held = PauseRegistry(doors.pauses + [Self.pause(Pause.operatorCause, nextProbe: nil)])
        #expect(held.passage(.everything, at: Self.start + .seconds(50)) == .closed)
    }

    @Test func `a rate limit ends by its time alone and never grows shorter`() {
        var doors = PauseRegistry([])
        doors.limit(until: Self.start + .seconds(10), at: Self.start)
        doors.limit(until: Self.start + .seconds(5), at: Self.start)
        doors.open(.everything, begunAt: Self.start + .seconds(9))
        doors.noteProbe(.everything, at: Self.start)
        doors.probeSoon(at: Self.start) { _ in true }
        #expect(doors.passage(.everything, at: Self.start + .seconds(9)) == .closed)
        #expect(doors.isHeldBriefly(at: Self.start))
        doors.openRate(at: Self.start + .seconds(10) + .milliseconds(-1))
        #expect(doors.pauses.count == 1)
        doors.openRate(at: Self.start + .seconds(10))
        #expect(doors.pauses.isEmpty)
    }

    @Test func `only a short rate limit is brief`() {
        #expect(!Self.closed().isHeldBriefly(at: Self.start))
        #expect(
            PauseRegistry([Self.pause(Pause.rateCause, nextProbe: Self.start + .seconds(60))]).isHeldBriefly(
                at: Self.start))
        #expect(
            !PauseRegistry([Self.pause(Pause.rateCause, nextProbe: Self.start + .seconds(600))]).isHeldBriefly(
                at: Self.start))
    }

    @Test func `a new key lets every door but a person's be tried at once`() {
        var doors = Self.closed()
        doors.probeSoon(at: Self.start) { _ in true }
        #expect(doors.passage(.everything, at: Self.start) == .probe)
    }

    @Test func `what was not stored yet survives a look at what is stored`() {
        var doors = PauseRegistry([Self.pause("old", nextProbe: Self.start)])
        doors.open(.everything, begunAt: Self.start)
        doors.close(.everything, cause: "quota_exceeded", detail: nil, requestID: nil, at: Self.start)
        doors.replace(by: [
            Self.pause("old", nextProbe: Self.start), Self.pause(Pause.operatorCause, nextProbe: nil, Self.journey),
        ])
        #expect(Set(doors.pauses.map(\.cause)) == ["quota_exceeded", Pause.operatorCause])
        _ = doors.takeChanges()
        doors.replace(by: [])
        #expect(doors.pauses.isEmpty)
    }

    @Test func `every change is to be stored once`() {
        var doors = Self.closed()
        doors.noteProbe(.everything, at: Self.start)
        doors.open(.everything, begunAt: Self.start)
        #expect(doors.takeChanges().count == 3)
        #expect(doors.takeChanges().isEmpty)
    }

    @Test func `a clock that was set back by hours while nothing ran leaves a door its interval, not those hours`() {
        var shut = Self.closed()
        shut.limit(until: Self.start + .seconds(20), at: Self.start)
        for _ in 0..<3 { shut.noteProbe(.everything, at: Self.start + .seconds(3600)) }
        let back = Self.start + .seconds(-7200)
        var doors = PauseRegistry(shut.pauses)
        doors.inherit(at: back)
        #expect(doors.pauses.map { $0.nextProbe.map { $0 - back } } == [.seconds(240), .seconds(20)])
        #expect(doors.takeChanges().count == 2)
        // A request that has left since proves it open.
        doors.open(.everything, begunAt: back)
        #expect(doors.pauses.map(\.cause) == [Pause.rateCause])
    }

    @Test func `a door that a right clock has shut is inherited as it is`() {
        var shut = Self.closed()
        shut.noteProbe(.everything, at: Self.start + .seconds(30))
        var doors = PauseRegistry(shut.pauses + [Self.pause(Pause.operatorCause, nextProbe: nil, Self.journey)])
        let pauses = doors.pauses
        doors.inherit(at: Self.start + .seconds(31))
        #expect(doors.pauses == pauses)
        #expect(doors.takeChanges().isEmpty)
    }

    @Test func `a pause from before the clock went back by a year does not last a year`() {
        var doors = Self.closed()
        let back = Self.start + .seconds(-86_400 * 365)
        #expect(doors.passage(.everything, at: back) == .probe)
        doors.noteProbe(.everything, at: back)
        #expect(doors.passage(.everything, at: back + .seconds(1)) == .closed)
        doors.open(.everything, begunAt: back)
        #expect(doors.pauses.isEmpty)
        doors.limit(until: Self.start + .seconds(10), at: Self.start)
        doors.openRate(at: back)
        #expect(doors.pauses.isEmpty)
    }
}
