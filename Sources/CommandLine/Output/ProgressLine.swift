import Dispatch
import Foundation
import PlainText
import Synchronization

/// One line on stderr that keeps up with something that takes longer than a second; nothing where nobody looks.
final class ProgressLine: Sendable {
    static let delay: Duration = .seconds(1)
    static let interval: Duration = .milliseconds(200)
    private static let width = 24
    /// Goes to the line's beginning and clears it.
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

    /// A bar for a share between 0 and 1.
    func show(_ share: Double, at now: ContinuousClock.Instant = .now) {
        let share = min(max(share, 0), 1)
        let full = Int(Double(Self.width) * share)
        let bar = String(repeating: "#", count: full) + String(repeating: ".", count: Self.width - full)
        draw("\(title) [\(bar)] \(Int(share * 100)) %", at: now)
    }

    /// A number of what is done, where the whole is not known.
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

    /// Keeps up with work that cannot tell by itself how far it is: looks at a share, or counts the seconds where there is
    /// none, until the work is done.
    func follow<Value>(
        looking share: @escaping @Sendable () -> Double? = { nil }, _ work: () throws -> Value
    ) rethrows -> Value {
        let timer = watch(share)
        defer { stop(timer) }
        return try work()
    }

    /// Likewise.
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

    /// Takes the line away again.
    func clear() {
        if last.withLock({ $0 }) != nil { write(Self.clearing) }
    }
}
