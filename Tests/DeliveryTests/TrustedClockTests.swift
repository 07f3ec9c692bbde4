@testable import Delivery
import Testing

@Suite struct TrustedClockTests {
    private static func moment(_ wall: Duration, _ monotonic: Duration) -> Moment {
        Moment(wall: Make.now + wall, monotonic: monotonic)
    }

    @Test func `when the wall clock is set back, the time advances with the monotonic clock`() {
        var reckoning = TrustedClock(nil, at: Self.moment(.zero, .zero))
        reckoning.tick(at: Self.moment(.seconds(100), .seconds(100)))
        #expect(reckoning.time(at: Self.moment(.seconds(-7000), .seconds(150))) == Make.now + .seconds(150))
    }

    @Test func `a clock that is set forward moves the time, and a step back does not`() {
        var reckoning = TrustedClock(nil, at: Self.moment(.zero, .zero))
        reckoning.tick(at: Self.moment(.seconds(90_000), .seconds(1)))
        #expect(reckoning.time(at: Self.moment(.seconds(3), .seconds(3))) == Make.now + .seconds(90_002))
    }

    @Test(arguments: [(299, false), (301, true)])
    func `a mark more than five minutes ahead of the clock makes the time unknown`(ahead: Int, isAdrift: Bool) {
        let mark = ClockMark(highWater: Make.now + .seconds(ahead), apiAhead: nil)
        let reckoning = TrustedClock(mark, at: Self.moment(.zero, .zero))
        #expect(reckoning.isAdrift == isAdrift)
        #expect(reckoning.time(at: Self.moment(.zero, .zero)) == mark.highWater)
    }

    @Test func `the API's date shows how long no worker ran, whatever the wall clock shows`() {
        let mark = ClockMark(highWater: Make.now, apiAhead: .seconds(2))
        var reckoning = TrustedClock(mark, at: Self.moment(.seconds(10), .zero))
        let date = Make.now + .seconds(30 * 3600)
        #expect(reckoning.note(apiTime: date, at: Self.moment(.seconds(10), .zero)) == .unsure)
        #expect(
            reckoning.note(apiTime: date, at: Self.moment(.seconds(10), .zero)) == .behind(.seconds(30 * 3600 - 12)))
        #expect(reckoning.time(at: Self.moment(.seconds(11), .seconds(1))) == Make.now + .seconds(30 * 3600 - 1))
    }

    @Test func `the first date of the API makes the time known again, and a constant difference changes nothing`() {
        let mark = ClockMark(highWater: Make.now, apiAhead: nil)
        var reckoning = TrustedClock(mark, at: Self.moment(.seconds(-4000), .zero))
        #expect(reckoning.isAdrift)
        let date = Make.now + .seconds(1000)
        #expect(reckoning.note(apiTime: date, at: Self.moment(.seconds(-4000), .zero)) == .unsure)
        #expect(reckoning.isAdrift)
        #expect(reckoning.note(apiTime: date, at: Self.moment(.seconds(-4000), .zero)) == .behind(.seconds(1000)))
        #expect(!reckoning.isAdrift)

        var steady = TrustedClock(
            ClockMark(highWater: Make.now, apiAhead: .seconds(5000)), at: Self.moment(.zero, .zero))
        #expect(steady.note(apiTime: Make.now + .seconds(5200), at: Self.moment(.zero, .zero)) == .agrees)
        #expect(steady.time(at: Self.moment(.zero, .zero)) == Make.now)
    }

    @Test func `the mark is stored once a minute, and at once when the clock had fallen behind`() {
        var reckoning = TrustedClock(nil, at: Self.moment(.zero, .zero))
        #expect(reckoning.takeMark(at: Self.moment(.zero, .zero)) == ClockMark(highWater: Make.now, apiAhead: nil))
        #expect(reckoning.note(apiTime: Make.now, at: Self.moment(.zero, .zero)) == .agrees)
        #expect(reckoning.takeMark(at: Self.moment(.zero, .zero)) == ClockMark(highWater: Make.now, apiAhead: .zero))
        #expect(reckoning.takeMark(at: Self.moment(.seconds(59), .seconds(59))) == nil)
        for _ in 0..<2 {
            _ = reckoning.note(apiTime: Make.now + .seconds(900), at: Self.moment(.seconds(59), .seconds(59)))
        }
        #expect(reckoning.takeMark(at: Self.moment(.seconds(59), .seconds(59)))?.highWater == Make.now + .seconds(900))
    }

    @Test func `a step ahead is stored at once, so that its stamps are not ahead of the next worker's clock`() {
        var reckoning = TrustedClock(nil, at: Self.moment(.zero, .zero))
        #expect(reckoning.takeMark(at: Self.moment(.zero, .zero)) != nil)
        reckoning.tick(at: Self.moment(.seconds(90_000), .seconds(1)))
        #expect(
            reckoning.takeMark(at: Self.moment(.seconds(90_001), .seconds(2)))?.highWater
                == Make.now + .seconds(90_001))
        #expect(reckoning.takeMark(at: Self.moment(.seconds(3), .seconds(3))) == nil)
    }

    @Test(arguments: [-9000, 9000])
    func `one wrong clock among many does not move the time`(wrong: Int) {
        var reckoning = TrustedClock(nil, at: Self.moment(.zero, .zero))
        #expect(reckoning.note(apiTime: Make.now, at: Self.moment(.zero, .zero)) == .agrees)
        for _ in 0..<3 {
            #expect(reckoning.note(apiTime: Make.now + .seconds(wrong), at: Self.moment(.zero, .zero)) == .unsure)
            #expect(reckoning.note(apiTime: Make.now, at: Self.moment(.zero, .zero)) == .agrees)
        }
        #expect(reckoning.time(at: Self.moment(.zero, .zero)) == Make.now)
    }
}
