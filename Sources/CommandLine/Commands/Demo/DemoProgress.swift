import Foundation
import Operation
import PlainText

/// The demo's progress: one line that is rewritten on a terminal, and a few lines elsewhere.
final class DemoProgress {
    private let orders: Int
    private let start = ContinuousClock.now
    private let isTerminal = isatty(STDOUT_FILENO) == 1
    private var lastShown = ContinuousClock.now - .seconds(10)

    init(orders: Int) {
        self.orders = orders
    }

    var elapsed: Duration { ContinuousClock.now - start }

    func show(_ counts: DemoCounts, effects: Int) {
        let pause: Duration = isTerminal ? .milliseconds(100) : .seconds(2)
        guard ContinuousClock.now - lastShown >= pause else { return }
        lastShown = ContinuousClock.now
        let width = 24
        let full = min(width, width * effects / max(1, orders))
        let bar = String(repeating: "#", count: full) + String(repeating: ".", count: width - full)
        write("[\(bar)] \(counts.orders) orders, \(effects) entrances, \(counts.unfinished) under way")
    }

    func say(_ text: PlainText) {
        write(text)
        if isTerminal { Output.write("\n", to: STDOUT_FILENO) }
    }

    func end() {
        if isTerminal { Output.write("\r\u{1B}[K", to: STDOUT_FILENO) }
        Output.print("All intents have ended after \(Int(elapsed.components.seconds)) s.\n")
    }

    private func write(_ text: PlainText) {
        Output.write(isTerminal ? "\r\u{1B}[K\(text)" : "\(text)\n", to: STDOUT_FILENO)
    }
}
