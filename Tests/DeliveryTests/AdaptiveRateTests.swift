@testable import Delivery
import Testing

/// The rate that is learned from refusals, against servers that do not announce their limits.
@Suite struct AdaptiveRateTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var limiter: Limiter
        /// In requests per second.
        var limit: Double
        var retryAfter: Duration?
        var testDescription: String { "\(name) at \(limit)/s, Retry-After \(retryAfter.map { "\($0)" } ?? "none")" }
    }

    static func cases(_ limits: [Int], _ waits: [Duration?]) -> [Case] {
        limits.flatMap { limit in
            waits.flatMap { wait in
                let leaky = Limiter.leaky(limit, burst: max(20, limit / 2))
                return [
                    Case(name: "sliding 10 s", limiter: .sliding(limit), limit: Double(limit), retryAfter: wait),
                    Case(
                        name: "sliding 10 s, refused free", limiter: .sliding(limit, countsRefused: false),
                        limit: Double(limit), retryAfter: wait),
                    Case(name: "leaky", limiter: leaky, limit: Double(limit), retryAfter: wait),
                ]
            }
        }
    }

    @Test(arguments: cases([10, 100], [nil]) + cases([20], [.seconds(1), .seconds(2)]))
    func `a limit that is not announced is used to 95 % with at most 1 % of the requests refused`(_ setting: Case) {
        var run = PacedRun(setting.limiter, retryAfter: setting.retryAfter)
        // Time to find the limit, and then to reach it many times.
        run.run(for: .seconds(150))
        let span = Duration.seconds(setting.limit > 50 ? 250 : 900)
        run.run(for: span)
        let share = run.accepted(last: span) / setting.limit
        #expect(share >= 0.95, "\(share)")
        #expect(run.refused(last: span) <= 0.01)
    }

    @Test(arguments: cases([20], [.seconds(1)]), [2.0, 1.25, 0.8, 0.5])
    func `a raised or lowered limit is found within a minute`(_ setting: Case, factor: Double) {
        var run = PacedRun(setting.limiter, retryAfter: setting.retryAfter)
        run.run(for: .seconds(200))
        let limit = (setting.limit * factor).rounded(.down)
        run.limiter.change(to: Int(limit))
        run.run(for: .seconds(60))
        let found = max(run.rateLimiter.adaptiveRate.rate ?? 0, run.rateLimiter.adaptiveRate.limit ?? 0) / limit
        #expect(found >= 0.85, "\(found)")
        run.run(for: .seconds(120))
        let share = run.accepted(last: .seconds(120)) / limit
        #expect(share >= 0.93, "\(share)")
        #expect(run.refused(last: .seconds(120)) <= 0.02)
    }

    @Test func `the plateau is longer for a low limit and for a long pause, so that refusals stay rare`() {
        var run = PacedRun(.sliding(2), retryAfter: .seconds(1))
        run.run(for: .seconds(900))
        #expect(run.refused(last: .seconds(600)) <= 0.01)
        var slow = PacedRun(.sliding(50), retryAfter: .seconds(10))
        slow.run(for: .seconds(1800))
        #expect(slow.accepted(last: .seconds(1200)) / 50 >= 0.9)
    }

    @Test func `an idle night neither raises the learned rate nor removes it`() {
        var run = PacedRun(.sliding(50), retryAfter: .seconds(1))
        run.run(for: .seconds(200))
        let limit = run.rateLimiter.adaptiveRate.limit
        var adaptiveRate = run.rateLimiter.adaptiveRate
        for minute in 0..<600 { adaptiveRate.note(1, at: run.now + .seconds(60 * minute)) }
        #expect(adaptiveRate.limit == limit)
        #expect((adaptiveRate.rate ?? 0) <= 55)
    }

    @Test func `before the first refusal no request is held back`() {
        let adaptiveRate = AdaptiveRate(learned: nil, rateMax: 100, now: .zero)
        #expect(adaptiveRate.free(at: .zero, atMost: 16) == 16)
        #expect(adaptiveRate.nextFree(after: .zero) == nil && adaptiveRate.rate == nil)
    }

    @Test func `refusals without an accepted request between them do not change the rate`() {
        var adaptiveRate = AdaptiveRate(learned: 50, rateMax: 1000, now: .zero)
        for second in 1...20 { adaptiveRate.noteLimited(until: .seconds(second * 10 + 5), at: .seconds(second * 10)) }
        #expect(adaptiveRate.limit == 50)
    }

    @Test func `a 503 right after a start counts the requests accepted since the start, not over ten seconds`() {
        var adaptiveRate = AdaptiveRate(learned: nil, rateMax: 1000, now: .zero)
        for number in 1...10 {
            adaptiveRate.note(1, at: .milliseconds(20 * number))
            adaptiveRate.noteAccepted(at: .milliseconds(20 * number))
        }
        adaptiveRate.noteUnavailable(at: .milliseconds(200))
        #expect((adaptiveRate.rate ?? 0) >= 10)
    }

    @Test(arguments: [nil, 50.0])
    func `a 503 lowers the rate by a third at most once a second, and it recovers within half a minute`(
        learned: Double?
    ) {
        var adaptiveRate = AdaptiveRate(learned: learned, rateMax: 1000, now: .zero)
        var now = Duration.zero
        for _ in 0..<1000 {
            now += .milliseconds(10)
            adaptiveRate.note(1, at: now)
            adaptiveRate.noteAccepted(at: now)
        }
        let before = adaptiveRate.rate ?? 100
        for _ in 0..<10 { adaptiveRate.noteUnavailable(at: now) }
        #expect(abs((adaptiveRate.rate ?? 0) / before - 0.7) < 0.02)
        for _ in 0..<600 {
            now += .milliseconds(500)
            adaptiveRate.noteUnavailable(at: now)
        }
        #expect(adaptiveRate.rate == 1)
        for _ in 0..<3500 {
            now += .milliseconds(10)
            adaptiveRate.note(adaptiveRate.free(at: now, atMost: 1), at: now)
        }
        #expect((adaptiveRate.rate ?? .infinity) >= min(before, learned ?? before) * 0.97)
        #expect(adaptiveRate.limit == learned)
    }

    @Test func `a worker starts with the limit that the previous worker has learned`() {
        var run = PacedRun(.sliding(50), retryAfter: .seconds(1), learned: 50)
        run.run(for: .seconds(9))
        #expect(run.refused(last: .seconds(9)) == 0)
        #expect(run.accepted(last: .seconds(8)) >= 48)
        #expect(AdaptiveRate(learned: .nan, rateMax: 10, now: .zero).rate == nil)
        #expect(AdaptiveRate(learned: 30, rateMax: 10, now: .zero).rate == nil)
    }
}
