@testable import Delivery
import Testing

/// The rate that is learned from refusals alone, against limits that nobody tells.
@Suite struct PaceTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var limiter: Limiter
        var limit: Double
        var retryAfter: Duration?
        var testDescription: String { "\(name) at \(limit)/s, Retry-After \(retryAfter.map { "\($0)" } ?? "none")" }
    }

    static let cases: [Case] = [5, 20, 100].flatMap { limit in
        [nil, .seconds(1), .seconds(2)].flatMap { (wait: Duration?) in
            [
                Case(name: "sliding 10 s", limiter: .sliding(limit), limit: Double(limit), retryAfter: wait),
                Case(
                    name: "sliding 10 s, refused free", limiter: .sliding(limit, countsRefused: false),
                    limit: Double(limit), retryAfter: wait),
                Case(name: "leaky", limiter: .leaky(limit, burst: 20), limit: Double(limit), retryAfter: wait),
            ]
        }
    }

    @Test(arguments: cases)
    func `an untold limit is used to 95 % with at most 1 % refused`(_ setting: Case) {
        var run = PacedRun(setting.limiter, retryAfter: setting.retryAfter)
        run.run(for: .seconds(780))
        let share = run.accepted(last: .seconds(660)) / setting.limit
        #expect(share >= 0.95, "\(share)")
        #expect(run.refused(last: .seconds(660)) <= 0.01)
    }

    @Test(arguments: cases.filter { $0.retryAfter != .seconds(2) }, [2.0, 1.25, 0.8, 0.5])
    func `a raised or lowered limit is found again within a minute`(_ setting: Case, factor: Double) {
        var run = PacedRun(setting.limiter, retryAfter: setting.retryAfter)
        run.run(for: .seconds(200))
        let limit = Int(setting.limit * factor)
        run.limiter.change(to: limit)
        run.run(for: .seconds(60))
        let rate = (run.governor.pace.rate ?? 0) / Double(limit)
        #expect(rate >= 0.93, "\(rate)")
        #expect(rate <= 1.3, "\(rate)")
        print("FOUND", setting.testDescription, factor, rate)
        run.run(for: .seconds(180))
        let share = run.accepted(last: .seconds(180)) / Double(limit)
        #expect(share >= 0.93, "\(share)")
    }
}
