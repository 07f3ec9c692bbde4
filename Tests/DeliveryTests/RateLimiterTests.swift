@testable import Delivery
import Testing

@Suite struct RateLimiterTests {
    private static func rateLimiter(_ limits: [RateLimit] = [], learned: Double? = nil) -> RateLimiter {
        RateLimiter(limits: limits, learnedLimit: learned, now: .seconds(100))
    }

    private static func answer(_ status: Int, rate: RateHeaders? = nil) -> Answer {
        .response(Response(status: status, rate: rate))
    }

    // MARK: X-RateLimit-*

    @Test func `no more requests leave than the server has left, less those under way`() {
        var rateLimiter = Self.rateLimiter()
        let headers = RateHeaders(limit: 80, remaining: 7, resetSeconds: 4)
        rateLimiter.note(Self.answer(200, rate: headers), begunAt: .seconds(101), inFlight: 3, at: .seconds(101))
        #expect(rateLimiter.free(at: .seconds(101), atMost: 16) == 4)
        rateLimiter.note(4, at: .seconds(101))
        #expect(rateLimiter.free(at: .seconds(104), atMost: 16) == 0)
        #expect(rateLimiter.nextFree(after: .seconds(101), atMost: .max) == .seconds(105))
        // Then one request at a time, until an answer announces more.
        #expect(rateLimiter.free(at: .seconds(105), atMost: 16) == 1)
        rateLimiter.note(1, at: .seconds(105))
        #expect(rateLimiter.free(at: .milliseconds(105_900), atMost: 16) == 0)
        #expect(rateLimiter.free(at: .seconds(106), atMost: 16) == 1)
    }

    @Test func `the last requests of a window are spread until its reset`() {
        var rateLimiter = Self.rateLimiter()
        let headers = RateHeaders(limit: 1000, remaining: 9, resetSeconds: 10)
        rateLimiter.note(Self.answer(200, rate: headers), begunAt: .seconds(101), inFlight: 0, at: .seconds(101))
        var left: [Duration] = []
        var now = Duration.seconds(101)
        while now < .seconds(111) {
            #expect(rateLimiter.free(at: now, atMost: 16) == 1)
            rateLimiter.note(1, at: now)
            left.append(now)
            now = rateLimiter.nextFree(after: now, atMost: .max) ?? .seconds(111)
        }
        #expect(left.count == 9)
        #expect(zip(left, left.dropFirst()).allSatisfy { $1 - $0 > .seconds(1) && $1 - $0 < .milliseconds(1300) })
    }

    @Test func `an older answer does not replace the limit of a newer one, and an answer without headers removes it`() {
        var rateLimiter = Self.rateLimiter()
        for (remaining, begunAt) in [(0, 102), (900, 101)] {
            let headers = RateHeaders(limit: 1000, remaining: remaining, resetSeconds: 30)
            rateLimiter.note(
                Self.answer(200, rate: headers), begunAt: .seconds(begunAt), inFlight: 0, at: .seconds(103))
        }
        #expect(rateLimiter.free(at: .seconds(103), atMost: 16) == 0)
        rateLimiter.note(Self.answer(200), begunAt: .seconds(104), inFlight: 0, at: .seconds(104))
        #expect(rateLimiter.free(at: .seconds(104), atMost: 16) == 16)
    }

    @Test func `no announced reset stops the worker for longer than a minute`() {
        var rateLimiter = Self.rateLimiter()
        let headers = RateHeaders(limit: 1, remaining: 0, resetSeconds: 3000)
        rateLimiter.note(Self.answer(200, rate: headers), begunAt: .seconds(101), inFlight: 0, at: .seconds(101))
        #expect(rateLimiter.nextFree(after: .seconds(101), atMost: .max) == .seconds(161))
    }

    // MARK: Reload

    @Test func `a reload keeps what was learned`() {
        var rateLimiter = Self.rateLimiter(learned: 50)
        rateLimiter.reconfigure(limits: [RateLimit(requests: 1000, per: .seconds(1))], at: .seconds(101))
        #expect(rateLimiter.adaptiveRate.limit == 50)
    }

    // MARK: 429

    @Test func `a learned limit is stored when it has changed by a twentieth`() {
        var rateLimiter = Self.rateLimiter()
        #expect(rateLimiter.takeLearned() == nil)
        for step in 0..<500 {
            let now = Duration.seconds(100) + .milliseconds(20 * step)
            rateLimiter.note(1, at: now)
            rateLimiter.note(Self.answer(200), begunAt: now, inFlight: 0, at: now)
        }
        let pause = rateLimiter.limited(
            retryAfter: nil, begunAt: .seconds(109), jitter: .milliseconds(250), at: .seconds(110))
        #expect(pause == .milliseconds(1250))
        let learned = rateLimiter.takeLearned()
        #expect(abs((learned ?? 0) - 44.4) < 1)
        #expect(rateLimiter.takeLearned() == nil)
        #expect(rateLimiter.nextFree(after: .seconds(110), atMost: .max) == nil)
    }

    @Test func `waits double with each repeated limit up to a minute, until a later request succeeds`() {
        var rateLimiter = Self.rateLimiter()
        var now = Duration.seconds(100)
        var waits: [Duration] = []
        for _ in 0..<8 {
            now += .seconds(100)
            waits.append(rateLimiter.limited(retryAfter: .seconds(3), begunAt: now, jitter: .zero, at: now))
        }
        #expect(waits == [3, 6, 12, 24, 48, 60, 60, 60].map { .seconds($0) })
        rateLimiter.notePassed(begunAt: now)
        #expect(
            rateLimiter.limited(retryAfter: nil, begunAt: now + .seconds(1), jitter: .zero, at: now + .seconds(2))
                == .seconds(60))
        rateLimiter.notePassed(begunAt: now + .seconds(3))
        #expect(
            rateLimiter.limited(retryAfter: nil, begunAt: now + .seconds(4), jitter: .zero, at: now + .seconds(5))
                == .seconds(1))
        #expect(
            rateLimiter.limited(
                retryAfter: .seconds(90), begunAt: now + .seconds(100), jitter: .zero, at: now + .seconds(101))
                == .seconds(90))
    }
}
