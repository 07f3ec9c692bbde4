@testable import Delivery
import Testing

@Suite struct GovernorTests {
    private static func governor(_ limits: [RateLimit] = [], learned: Double? = nil) -> Governor {
        Governor(limits: limits, learnedLimit: learned, now: .seconds(100))
    }

    private static func answer(_ status: Int, rate: RateHeaders? = nil) -> Answer {
        .response(Response(status: status, rate: rate))
    }

    // MARK: X-RateLimit-*

    @Test func `no more leaves than the server says is left, less what is under way`() {
        var governor = Self.governor()
        let headers = RateHeaders(limit: 80, remaining: 7, resetSeconds: 4)
        governor.absorb(Self.answer(200, rate: headers), begunAt: .seconds(101), inFlight: 3, at: .seconds(101))
        #expect(governor.free(at: .seconds(101), atMost: 16) == 4)
        governor.note(4, at: .seconds(101))
        #expect(governor.free(at: .seconds(104), atMost: 16) == 0)
        #expect(governor.nextFree(after: .seconds(101)) == .seconds(105))
        // Then one at a time, until an answer says more.
        #expect(governor.free(at: .seconds(105), atMost: 16) == 1)
        governor.note(1, at: .seconds(105))
        #expect(governor.free(at: .milliseconds(105_900), atMost: 16) == 0)
        #expect(governor.free(at: .seconds(106), atMost: 16) == 1)
    }

    @Test func `the last of what is left is spread until the server has room again`() {
        var governor = Self.governor()
        let headers = RateHeaders(limit: 1000, remaining: 9, resetSeconds: 10)
        governor.absorb(Self.answer(200, rate: headers), begunAt: .seconds(101), inFlight: 0, at: .seconds(101))
        var left: [Duration] = []
        var now = Duration.seconds(101)
        while now < .seconds(111) {
            #expect(governor.free(at: now, atMost: 16) == 1)
            governor.note(1, at: now)
            left.append(now)
            now = governor.nextFree(after: now) ?? .seconds(111)
        }
        #expect(left.count == 9)
        #expect(zip(left, left.dropFirst()).allSatisfy { $1 - $0 > .seconds(1) && $1 - $0 < .milliseconds(1300) })
    }

    @Test func `an older answer's word does not replace a newer one's, and silence ends it`() {
        var governor = Self.governor()
        for (remaining, begunAt) in [(0, 102), (900, 101)] {
            let headers = RateHeaders(limit: 1000, remaining: remaining, resetSeconds: 30)
            governor.absorb(
                Self.answer(200, rate: headers), begunAt: .seconds(begunAt), inFlight: 0, at: .seconds(103))
        }
        #expect(governor.free(at: .seconds(103), atMost: 16) == 0)
        governor.absorb(Self.answer(200), begunAt: .seconds(104), inFlight: 0, at: .seconds(104))
        #expect(governor.free(at: .seconds(104), atMost: 16) == 16)
    }

    @Test func `no reset silences the worker for longer than a minute`() {
        var governor = Self.governor()
        let headers = RateHeaders(limit: 1, remaining: 0, resetSeconds: 3000)
        governor.absorb(Self.answer(200, rate: headers), begunAt: .seconds(101), inFlight: 0, at: .seconds(101))
        #expect(governor.nextFree(after: .seconds(101)) == .seconds(161))
    }

    // MARK: What counts

    @Test func `a reload keeps what was learned`() {
        var governor = Self.governor(learned: 50)
        governor.reconfigure(limits: [RateLimit(requests: 1000, per: .seconds(1))], at: .seconds(101))
        #expect(governor.pace.limit == 50)
    }

    // MARK: 429

    @Test func `a limit is worth storing when it moved by a twentieth`() {
        var governor = Self.governor()
        #expect(governor.takeLearned() == nil)
        for step in 0..<500 {
            let now = Duration.seconds(100) + .milliseconds(20 * step)
            governor.note(1, at: now)
            governor.absorb(Self.answer(200), begunAt: now, inFlight: 0, at: now)
        }
        let pause = governor.limited(
            retryAfter: nil, begunAt: .seconds(109), jitter: .milliseconds(250), at: .seconds(110))
        #expect(pause == .milliseconds(1250))
        let learned = governor.takeLearned()
        #expect(abs((learned ?? 0) - 44.4) < 1)
        #expect(governor.takeLearned() == nil)
        #expect(governor.nextFree(after: .seconds(110)) == nil)
    }

    @Test func `waits double at each repeat up to a minute, and a later success ends that`() {
        var governor = Self.governor()
        var now = Duration.seconds(100)
        var waits: [Duration] = []
        for _ in 0..<8 {
            now += .seconds(100)
            waits.append(governor.limited(retryAfter: .seconds(3), begunAt: now, jitter: .zero, at: now))
        }
        #expect(waits == [3, 6, 12, 24, 48, 60, 60, 60].map { .seconds($0) })
        governor.passed(begunAt: now)
        #expect(
            governor.limited(retryAfter: nil, begunAt: now + .seconds(1), jitter: .zero, at: now + .seconds(2))
                == .seconds(60))
        governor.passed(begunAt: now + .seconds(3))
        #expect(
            governor.limited(retryAfter: nil, begunAt: now + .seconds(4), jitter: .zero, at: now + .seconds(5))
                == .seconds(1))
        #expect(
            governor.limited(
                retryAfter: .seconds(90), begunAt: now + .seconds(100), jitter: .zero, at: now + .seconds(101))
                == .seconds(90))
    }
}
