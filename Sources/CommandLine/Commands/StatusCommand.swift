import ArgumentParser
import Delivery
import Foundation
import PlainText
import SQLiteStore

/// What is where, and why nothing leaves.
struct StatusCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show every journey's backlog, what is paused and why, and the worker.",
        discussion: """
            Reads only, needs no API key, and answers whether or not a worker runs. `delivered` counts since the \
            outbox was installed. Large counts are estimated and marked so.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Look again and again, until interrupted. With --json, one object a line.")
    var watch = false

    @Option(help: ArgumentHelp("How long to wait between two looks.", valueName: "duration"))
    var interval = DurationArgument(.seconds(2))

    @OptionGroup var answer: AnswerOptions

    func validate() throws {
        guard interval.duration >= .milliseconds(100) else { throw ValidationError("--interval takes 100ms or more") }
    }

    func perform(_ connection: OperatorConnection, at now: WallTime) throws {
        show(try look(connection, at: now), isFirst: true)
        while watch {
            Thread.sleep(forTimeInterval: interval.duration.seconds)
            // A connection of its own for each look: nothing of a replaced file is held on to.
            let again = try OperatorConnection(path: connection.path, for: .looking)
            show(try look(again, at: SystemClock().now().wall), isFirst: false)
        }
    }

    private func look(_ connection: OperatorConnection, at now: WallTime) throws -> StatusAnswer {
        StatusAnswer(
            try StatusReport(connection, at: now), configuration: try options.loadIfPresent(),
            holder: WorkerLock.holder(ofDatabase: connection.path),
            standby: WorkerLock.standby(ofDatabase: connection.path), at: now)
    }

    /// On a terminal each look takes the place of the one before; elsewhere they follow each other.
    private func show(_ status: StatusAnswer, isFirst: Bool) {
        answer.print(status.json) { terminal in
            let text = status.text(on: terminal)
            guard watch else { return text }
            return terminal.columns == nil ? (isFirst ? text : "\n" + text) : "\u{1B}[H\u{1B}[2J" + text
        }
    }
}
