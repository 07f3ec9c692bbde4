import Delivery
import Foundation
import Sandbox
import Testing

/// The rate limiter in real time, with the limits of a server.
@Suite(.timeLimit(.minutes(3)))
struct RateTests {
    private static let limit = 20.0

    /// The requests that were accepted and refused between two moments.
    private struct Count {
        var accepted = 0
        var refused = 0
    }

    private static func count(_ bench: Workbench) -> Count {
        bench.events.events.reduce(into: Count()) { count, event in
            guard case .settled(let settlement) = event else { return }
            if settlement.record.status == 429 { count.refused += 1 } else { count.accepted += 1 }
        }
    }

    /// Sends one row in each request until the rate has been found, and then counts for twenty seconds.
    private static func steadyState(_ bench: Workbench, after: Duration) async throws -> (rate: Double, refused: Double)
    {
        try bench.insert(1500)
        var result = (rate: 0.0, refused: 0.0)
        try await withThrowingTaskGroup(of: (Double, Double)?.self) { group in
            group.addTask {
                try await bench.whileWorking { _ in
                    try await bench.events.first { if case .stopped = $0 { true } else { false } }
                }
                return nil
            }
            group.addTask {
                try await Task.sleep(for: after)
                let start = (count(bench), ContinuousClock.now)
                try await Task.sleep(for: .seconds(20))
                let end = count(bench)
                let accepted = Double(end.accepted - start.0.accepted)
                let refused = Double(end.refused - start.0.refused)
                return (accepted / (ContinuousClock.now - start.1).seconds, refused / (accepted + refused))
            }
            while let measured = try await group.next() {
                guard let measured else { continue }
                result = measured
                break
            }
            group.cancelAll()
        }
        return result
    }

    /// This is lower than the 0.95 that `AdaptiveRateTests` require over hours, because in 20 s the pause after one try at
    /// the limit costs 7 %.
    private static func expectUsed(_ found: (rate: Double, refused: Double), by name: String) {
        print("rate: \(name) took \(found.rate) of \(limit) requests a second and refused \(found.refused) of them")
        #expect(found.rate >= 0.8 * limit && found.rate <= 1.05 * limit)
        #expect(found.refused <= 0.02)
    }

    private static func oneRowEach(_ bench: Workbench) -> Workbench {
        var bench = bench
        bench.policy.batchSize = 1
        bench.policy.linger = .zero
        return bench
    }

    @Test func `the sandbox's limit is found without rate headers`() async throws {
        try await Workbench.open {
            $0.rate = [SandboxRateLimit(requestsMax: 200, windowMilliseconds: 10_000)]
        } _: { bench in
            let found = try await Self.steadyState(Self.oneRowEach(bench), after: .seconds(35))
            Self.expectUsed(found, by: "the sandbox")
        }
    }

    @Test func `a limit in X-RateLimit headers is kept from the first request on`() async throws {
        try await Workbench.open {
            $0.rate = [
                SandboxRateLimit(requestsMax: 200, windowMilliseconds: 10_000, scope: .apiKey, tier: "starter")
            ]
        } _: { bench in
            let bench = Self.oneRowEach(bench)
            try bench.insert(650)
            // The remaining requests may be used at once. The count is from the end of one window's requests to that of
            // the window after the next, so that only whole windows are counted.
            let took = try await bench.whileWorking { _ in
                try await bench.events.delivered(atLeast: 200)
                let start = ContinuousClock.now
                try await bench.events.delivered(atLeast: 600)
                return ContinuousClock.now - start
            }
            let rate = 400 / took.seconds
            #expect(rate >= 0.7 * Self.limit && rate <= 1.3 * Self.limit, "\(rate)")
            #expect(Self.count(bench).refused <= 2)
        }
    }

    @Test(.enabled(if: Nginx.program != nil, "nginx is not installed"))
    func `the limit of nginx's limit_req is found without rate headers`() async throws {
        try await Workbench.open { bench in
            var behind = Self.oneRowEach(bench)
            let nginx = try await Nginx(
                before: bench.port, rate: "20r/s", burst: "20 nodelay", in: bench.folder)
            behind.front = nginx.port
            let found = try await Self.steadyState(behind, after: .seconds(35))
            Self.expectUsed(found, by: "nginx")
            withExtendedLifetime(nginx) {}
        }
    }
}
