@testable import Delivery
import Testing

@Suite struct BackoffTests {
    private static let backoff = Backoff(initial: .seconds(1), max: .seconds(300))

    @Test(arguments: [
        (0, 1), (1, 1), (2, 2), (3, 4), (9, 256), (10, 300), (31, 300), (1000, 300), (Int.max, 300),
    ])
    func `the ceiling doubles up to its maximum`(count: Int, seconds: Int) {
        #expect(Self.backoff.ceiling(afterTry: count) == .seconds(seconds))
    }

    @Test func `waits are spread over the whole range below the ceiling`() {
        var random = SplitMix64(seed: 3)
        let waits = (0..<2000).map { _ in Self.backoff.delay(afterTry: 4, using: &random) }
        #expect(waits.allSatisfy { $0 >= .zero && $0 <= .seconds(8) })
        #expect(waits.contains { $0 < .seconds(1) } && waits.contains { $0 > .seconds(7) })
    }

    @Test func `the largest settings neither overflow nor give a negative wait`() {
        var random = SplitMix64(seed: 4)
        let long = Backoff(initial: .seconds(86_400 * 365), max: .seconds(86_400 * 365 * 10))
        #expect(long.ceiling(afterTry: 60) == long.max)
        #expect(long.delay(afterTry: 60, using: &random) >= .zero)
        #expect(Backoff(initial: .zero, max: .zero).delay(afterTry: 3, using: &random) == .zero)
    }
}
