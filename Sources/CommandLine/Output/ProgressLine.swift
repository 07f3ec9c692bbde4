import Dispatch
import Foundation
import PlainText
import Synchronization

/// A progress line on stderr for work that takes longer than a second. Nothing is written where stderr is no terminal.
final class ProgressLine: Sendable {
    static let delay: Duration = .seconds(1)
    static let interval: Duration = .milliseconds(200)
    private static let width = 24
    /// Moves to the start of the line and clears it.
    static let clearing = "\r\u{1B}[K"

    private let title: String
    private let isShown: Bool
    private let write: @Sendable (String) -> Void
    private let start: ContinuousClock.Instant
    private let last = Mutex<ContinuousClock.Instant?>(nil)

    init(
        _ title: String, isShown: Bool = isatty(STDERR_FILENO) == 1, start: ContinuousClock.Instant = .now,
        write: @escaping @Sendable (String) -> Void = { Output.write(PlainText(own: $0), to: STDERR_FILENO) }
    ) {
        self.title = title
        self.isShown = isShown
        self.start = start
        self.write = write
    }

    /// Shows a bar for a share from 0 to 1.
    func show(_ share: Double, at now: ContinuousClock.Instant = .now) {
        let share = min(max(share, 0), 1)
        let full = Int(Double(Self.width) * share)
        let bar = String(repeating: "#", count: full) + String(repeating: ".", count: Self.width - full)
        draw("\(title) [\(bar)] \(Int(share * 100)) %", at: now)
    }

    /// Shows a count, where the total is unknown.
    func show(done count: Int, at now: ContinuousClock.Instant = .now) {
        draw("\(title): \(count)", at: now)
    }

    private func draw(_ text: String, at now: ContinuousClock.Instant) {
        guard isShown, now - start >= Self.delay else { return }
        let isDue = last.withLock { last in
            if let last, now - last < Self.interval { return false }
            last = now
            return true
        }
        if isDue { write(Self.clearing + text) }
    }

    /// Shows the progress of work that does not report it: reads a share at intervals, or counts seconds where there is
    /// none, until the work has ended.
    func follow<Value>(
        looking share: @escaping @Sendable () -> Double? = { nil }, _ work: () throws -> Value
    ) rethrows -> Value {
        let timer = watch(share)
        defer { stop(timer) }
        return try work()
    }

    /// The same for asynchronous work, without a share.
    func follow<Value>(_ work: () async throws -> Value) async rethrows -> Value {
        let timer = watch { nil }
        defer { stop(timer) }
        return try await work()
    }

    private func watch(_ share: @escaping @Sendable () -> Double?) -> (any DispatchSourceTimer)? {
        guard isShown else { return nil }
        let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "progress"))
        let wait = max(0, (Self.delay - (ContinuousClock.now - start)) / .seconds(1))
        timer.schedule(deadline: .now() + wait, repeating: Self.interval / .seconds(1))
        timer.setEventHandler { [self] in
            if let share = share() { return show(share) }
            draw("\(title): \((ContinuousClock.now - start).components.seconds) s", at: .now)
        }
        timer.resume()
        return timer
    }

    private func stop(_ timer: (any DispatchSourceTimer)?) {
        timer?.cancel()
        clear()
    }

    /// Removes the line.
    func clear() {
        if last.withLock({ $0 }) != nil { write(Self.clearing) }
    }
}
