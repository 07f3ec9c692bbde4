import Dispatch
import Synchronization
import Testing

@testable import journey_outbox

@Suite struct ProgressTests {
    @Test func `progress is shown after a second, updated a few times a second, and removed at the end`() {
        let text = Mutex("")
        var written: String { text.withLock { $0 } }
        let start = ContinuousClock.now
        let line = ProgressLine("work", isShown: true, start: start) { part in text.withLock { $0 += part } }
        line.show(0.1, at: start + .milliseconds(900))
        #expect(written.isEmpty)
        line.clear()
        #expect(written.isEmpty)
        line.show(0.5, at: start + .milliseconds(1100))
        line.show(0.6, at: start + .milliseconds(1200))
        line.show(done: 7, at: start + .milliseconds(1400))
        line.clear()
        #expect(
            written == "\r\u{1B}[Kwork [############............] 50 %\r\u{1B}[Kwork: 7\r\u{1B}[K")
    }

    @Test func `work that reports no progress is shown by its share or by its seconds`() async {
        let start = ContinuousClock.now - .seconds(3)
        func followed(_ share: @escaping @Sendable () -> Double?) async -> String? {
            let (parts, part) = AsyncStream.makeStream(of: String.self)
            let line = ProgressLine("work", isShown: true, start: start) { part.yield($0) }
            let seen = DispatchSemaphore(value: 0)
            line.follow(looking: {
                defer { seen.signal() }
                return share()
            }) {
                // The second update comes after the first was written.
                seen.wait()
                seen.wait()
            }
            return await parts.first { $0 != ProgressLine.clearing }
        }
        #expect(await followed { 0.5 } == "\r\u{1B}[Kwork [############............] 50 %")
        #expect(await followed { nil }?.contains(/work: \d+ s$/) == true)
    }

    @Test func `nothing is shown without a terminal`() {
        let start = ContinuousClock.now
        let line = ProgressLine("work", isShown: false, start: start) { _ in Issue.record("shown") }
        line.show(0.5, at: start + .seconds(5))
        line.follow { line.clear() }
    }
}
