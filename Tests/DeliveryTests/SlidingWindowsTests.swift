@testable import Delivery
import Testing

@Suite struct SlidingWindowsTests {
    private static let limits = [
        RateLimit(requests: 10, per: .seconds(1)), RateLimit(requests: 40, per: .seconds(10)),
    ]

    private static func most(_ times: [Duration], in span: Duration) -> Int {
        times.map { end in times.count { $0 > end - span && $0 <= end } }.max() ?? 0
    }

    @Test func `no window ever has more requests than its limit`() {
        var random = SplitMix64(seed: 6)
        var now = Duration.seconds(5)
        var windows = SlidingWindows(limits: Self.limits, now: now)
        var sent: [Duration] = []
        for _ in 0..<3000 {
            let count = windows.free(at: now, atMost: Int.random(in: 0...20, using: &random))
            windows.note(count, at: now)
            sent += Array(repeating: now, count: count)
            now += .milliseconds(Int.random(in: 0...150, using: &random))
        }
        #expect(Self.most(sent, in: .seconds(1)) <= 10)
        #expect(Self.most(sent, in: .seconds(10)) <= 40)
        #expect(sent.count > 700)
    }

    @Test func `after a restart the windows count as evenly used`() {
        let start = Duration.seconds(100)
        var windows = SlidingWindows(limits: [RateLimit(requests: 10, per: .seconds(1))], now: start)
        #expect(windows.free(at: start, atMost: 50) == 0)
        var sent: [Duration] = []
        var now = start
        while now <= start + .seconds(1) {
            let count = windows.free(at: now, atMost: 50)
            windows.note(count, at: now)
            sent += Array(repeating: now, count: count)
            now += .milliseconds(10)
        }
        #expect(sent.first == start + .milliseconds(100))
        #expect(sent.count == 10)
        #expect(zip(sent, sent.dropFirst()).allSatisfy { $1 - $0 == .milliseconds(100) })
    }

    @Test func `the time of the next free place lies ahead and is exact`() {
        var now = Duration.zero
        var windows = SlidingWindows(limits: Self.limits, now: now)
        for _ in 0..<200 {
            if let next = windows.nextFree(after: now, atMost: .max) {
                #expect(next > now)
                #expect(windows.free(at: next - .nanoseconds(1), atMost: 1) == 0)
                now = next
            }
            #expect(windows.free(at: now, atMost: 1) == 1)
            windows.note(1, at: now)
        }
    }

    @Test func `idle windows have all their room again`() {
        var windows = SlidingWindows(limits: Self.limits, now: .zero)
        #expect(windows.free(at: .seconds(60), atMost: 100) == 10)
        windows.note(10, at: .seconds(60))
        #expect(windows.free(at: .seconds(61), atMost: 100) == 0)
        #expect(windows.free(at: .seconds(61) + SlidingWindows.skew, atMost: 100) == 10)
    }

    @Test
    func `a window that was used up lets the next requests leave together, and after a tenth of a second in any case`()
    {
        let limit = RateLimit(requests: 100, per: .seconds(1))
        let start = Duration.seconds(100)
        var windows = SlidingWindows(limits: [limit], now: start)
        // The window counts as evenly used: it has a free place every 10 ms, the first at once.
        #expect(windows.free(at: start + .milliseconds(10), atMost: 20) == 1)
        windows.note(1, at: start + .milliseconds(10))
        #expect(windows.free(at: start + .milliseconds(20), atMost: 20) == 0)
        #expect(windows.nextFree(after: start + .milliseconds(20), atMost: .max) == start + .milliseconds(110))
        #expect(windows.free(at: start + .milliseconds(110), atMost: 20) == 10)
        // The rest of a bunch does not wait.
        windows.note(4, at: start + .milliseconds(110))
        #expect(windows.free(at: start + .milliseconds(110), atMost: 20) == 6)
        #expect(windows.nextFree(after: start + .milliseconds(110), atMost: .max) == nil)
    }

    @Test func `without limits nothing is limited`() {
        var windows = SlidingWindows(limits: [], now: .zero)
        windows.note(1000, at: .zero)
        #expect(windows.free(at: .zero, atMost: 16) == 16)
        #expect(windows.nextFree(after: .zero, atMost: .max) == nil)
    }
}
