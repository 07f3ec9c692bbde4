import ArgumentParser
import Delivery
import Foundation
import Operation
import PlainText

/// Shows the backlog of every journey, the pauses and the worker.
struct StatusCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show every journey's backlog, what is paused and why, and the worker.",
        discussion: """
            Only reads, needs no API key, and works with or without a running worker. `delivered` counts since the \
            outbox was installed. Large counts are estimates, marked with ~.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Read again and again until interrupted. With --json, one object per line.")
    var watch = false

    @Option(help: ArgumentHelp("How long to wait between two reads.", valueName: "duration"))
    var interval = DurationArgument(.seconds(2))

    @OptionGroup var format: FormatOptions

    func validate() throws {
        guard interval.duration >= .milliseconds(100) else { throw ValidationError("--interval takes 100ms or more") }
    }

    func perform(_ store: any OperatorStore, at now: WallTime) throws {
        show(try look(store, at: now), isFirst: true)
        while watch {
            Thread.sleep(forTimeInterval: interval.duration.seconds)
            // Each look opens its own connection, because the file at the path can be replaced in between.
            let again = try Engine.engine(for: store.database).operatorStore(for: .looking)
            show(try look(again, at: SystemClock().now().wall), isFirst: false)
        }
    }

    private func look(_ store: any OperatorStore, at now: WallTime) throws -> StatusView {
        StatusView(
            try store.status(at: now), configuration: try options.loadIfPresent(), workers: store.workers(), at: now)
    }

    /// On a terminal each view replaces the one before. OtherDirectory they follow each other.
    private func show(_ status: StatusView, isFirst: Bool) {
        format.print(status.json) { terminal in
            let text = status.text(on: terminal)
            guard watch else { return text }
            return terminal.columns == nil ? (isFirst ? text : "\n" + text) : "\u{1B}[H\u{1B}[2J" + text
        }
    }
}
