import Foundation

/// One line on stderr that keeps up with something that takes longer than a second; nothing where nobody looks.
final class ProgressLine {
    static let delay: Duration = .seconds(1)
    static let interval: Duration = .milliseconds(200)
    private static let width = 24

    private let title: String
    private let isShown: Bool
    private let write: (String) -> Void
    private let start: ContinuousClock.Instant
    private var last: ContinuousClock.Instant?

    init(
        _ title: String, isShown: Bool = isatty(STDERR_FILENO) == 1, start: ContinuousClock.Instant = .now,
        write: @escaping (String) -> Void = { Output.write($0, to: STDERR_FILENO) }
    ) {
        self.title = title
        self.isShown = isShown
        self.start = start
        self.write = write
    }

    /// A bar for a share between 0 and 1, or a number of what is done where the whole is not known.
    func show(_ share: Double, at now: ContinuousClock.Instant = .now) {
        let full = Int(Double(Self.width) * min(max(share, 0), 1))
        let bar = String(repeating: "#", count: full) + String(repeating: ".", count: Self.width - full)
        draw("\(title) [\(bar)] \(Int(min(max(share, 0), 1) * 100)) %", at: now)
    }

    func show(done count: Int, at now: ContinuousClock.Instant = .now) {
        draw("\(title): \(count) done", at: now)
    }

    private func draw(_ text: String, at now: ContinuousClock.Instant) {
        guard isShown, now - start >= Self.delay, last.map({ now - $0 >= Self.interval }) ?? true else { return }
        last = now
        write("\r\u{1B}[K\(text)")
    }

    /// Takes the line away again.
    func clear() {
        if last != nil { write("\r\u{1B}[K") }
    }
}
