@testable import Delivery
import Testing

/// What a worker does with the requests of a previous worker when the time is not known.
@Suite struct ClockTests {
    /// A batch that a previous worker sent a minute before its end, by the clock of that time.
    private static func inherited(crashes: Int = 1) throws -> Batch {
        var batch = try Make.batch(Make.rows(3), before: Make.now - .seconds(60))
        batch.crashes = crashes
        return batch
    }

    private static func httpDate(_ time: Duration) -> String {
        // Make.now is 2027-01-15 08:00:00 UTC.
        let seconds = 8 * 3600 + Int(time.seconds)
        let (day, rest) = (15 + seconds / 86400, seconds % 86400)
        let clock = [rest / 3600, rest / 60 % 60, rest % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        let weekday = ["Fri", "Sat", "Sun"][day - 15]
        return "\(weekday), \(day) Jan 2027 \(clock.joined(separator: ":")) GMT"
    }

    @Test func `a request of a previous worker is sent again only after the API was asked for the time`() throws {
        var world = World(inheriting: [try Self.inherited()])
        world.apiDate = Self.httpDate(.zero)
        let plan = try world.look()
        #expect(plan.clockProbe != nil && world.flights.isEmpty)
        try world.look()
        #expect(world.flights.count == 1 && world.clockProbes == 1)
    }

    @Test func `when the API's clock shows that a day has passed, no request is sent again`() throws {
        let mark = ClockMark(highWater: Make.now - .seconds(30), apiAhead: .zero)
        var world = World(inheriting: [try Self.inherited()], clock: mark)
        world.apiDate = Self.httpDate(.seconds(30 * 3600))
        for _ in 0..<3 { try world.look() }
        #expect(world.flights.isEmpty && world.inDoubt == [1, 2, 3])
    }

    @Test func `when the clock was set back by an unknown time, no request is sent again`() throws {
        let mark = ClockMark(highWater: Make.now + .seconds(7200), apiAhead: nil)
        var world = World(inheriting: [try Self.inherited()], clock: mark)
        for _ in 0..<3 { try world.look() }
        #expect(world.flights.isEmpty && world.inDoubt == [1, 2, 3])
    }

    @Test func `a clock that was set back does not stop the worker's own requests`() throws {
        let mark = ClockMark(highWater: Make.now + .seconds(7200), apiAhead: nil)
        var world = World(clock: mark)
        world.add(Make.rows(3))
        try world.look()
        #expect(world.flights[0].batch.possiblyExecutedSince == Make.now + .seconds(7200))
        try world.answer(.silence(reason: "timeout"))
        for _ in 0..<5 where world.flights.isEmpty { try world.wait() }
        #expect(world.flights.count == 1 && world.inDoubt.isEmpty)
    }

    @Test func `a clock that is set back does not lower the age of a possibly executed request`() throws {
        var world = World()
        world.add(Make.rows(3))
        try world.look()
        try world.answer(.silence(reason: "timeout"))
        try world.look()
        world.now.monotonic += .seconds(23 * 3600)
        world.now.wall = Make.now - .seconds(3600)
        try world.look()
        #expect(world.flights.isEmpty && world.inDoubt == [1, 2, 3])
    }

    @Test func `a clock that is set back does not prolong the wait of a partial batch`() throws {
        var world = World()
        try world.look()
        world.resting["welcome"] = Make.rows(3).map { World.Resting(row: $0, dueAt: Make.now - .seconds(2 * 86400)) }
        var result = RoundResult()
        result.supplies["welcome"] = .partial(readyAt: Make.now + .milliseconds(20))
        world.scheduler.receive(result, at: world.now)
        world.now = Moment(wall: Make.now - .seconds(86400), monotonic: world.now.monotonic + .milliseconds(10))
        try world.look()
        #expect(world.flights.count == 1)
    }

    @Test func `without an answer the time is asked for again after a backoff, and no request leaves`() throws {
        var world = World(inheriting: [try Self.inherited()])
        let plan = try world.scheduler.plan(at: world.now)
        #expect(plan.clockProbe != nil)
        world.scheduler.receive(time: JourneyReport(reading: .unreadable), at: world.now)
        #expect(try world.scheduler.plan(at: world.now).clockProbe == nil)
        #expect(world.scheduler.nextLook(after: world.now) == world.now.monotonic + .seconds(1))
        world.advance(.seconds(1))
        #expect(try world.scheduler.plan(at: world.now).clockProbe != nil)
    }
}

/// Requests that may be the cause of crashes of the worker.
@Suite struct SuspectTests {
    private static func inherited(_ id: Int64, crashes: Int) throws -> Batch {
        var batch = try Make.batch(Make.rows(2, from: id * 10), id: id, before: Make.now - .seconds(60))
        batch.crashes = crashes
        return batch
    }

    @Test func `a batch that three workers crashed with is sent alone, that with the fewest crashes first`() throws {
        let batches = try [(1, 4), (2, 3), (3, 0)].map { try Self.inherited(Int64($0.0), crashes: $0.1) }
        var world = World(inheriting: batches)
        // The worker asks for the time; no batch may leave before.
        try world.look()
        world.add(Make.rows(30, from: 100))
        var order: [[Int64]] = []
        for _ in 0..<12 where order.count < 3 {
            try world.look()
            guard !world.flights.isEmpty else { continue }
            order.append(world.flights.map(\.batch.id))
            try world.answerAll(World.success)
        }
        #expect(order.prefix(2) == [[2], [1]])
        #expect(order[2].contains(3) && order[2].count > 1)
    }

    @Test(arguments: [Journey.OnUnknown.hold, .resend])
    func `a batch that eight workers crashed with is in doubt, whatever the journey's policy`(policy: Journey.OnUnknown)
        throws
    {
        var world = World(
            journeys: [Journey(name: "welcome", id: 33, onUnknown: policy)],
            inheriting: [try Self.inherited(1, crashes: 8)])
        try world.look()
        #expect(world.inDoubt == [10, 11] && world.flights.isEmpty)
    }

    @Test func `any answer sets the crashes of a batch to zero`() throws {
        var world = World(inheriting: [try Self.inherited(1, crashes: 7)])
        for _ in 0..<3 where world.flights.isEmpty { try world.look() }
        try world.answer(.silence(reason: "timeout"))
        #expect(world.scheduler.open.waiting[1]?.batch.crashes == 0)
    }

    @Test func `a worker that stops stores that its requests got no answer`() throws {
        var world = World()
        world.add(Make.rows(3))
        try world.look()
        world.scheduler.stop(at: world.now)
        world.advance(Scheduler.stopPatience)
        let plan = try world.scheduler.plan(at: world.now)
        #expect(plan.round.settlements.map(\.record.code) == ["stopped"])
        guard case .sending(_, let stamp) = plan.round.settlements[0].fate else {
            Issue.record("the batch should stay as it is")
            return
        }
        #expect(stamp == Make.now)
        #expect(world.scheduler.isStopped(at: world.now))
    }
}
