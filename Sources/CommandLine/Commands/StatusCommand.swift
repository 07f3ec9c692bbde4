import ArgumentParser
import Delivery
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
    @OptionGroup var answer: AnswerOptions

    func perform(_ connection: OperatorConnection, at now: WallTime) throws {
        let report = try StatusReport(connection, at: now)
        let status = StatusAnswer(
            report, configuration: try options.loadIfPresent(),
            holder: WorkerLock.holder(ofDatabase: connection.path),
            standby: WorkerLock.standby(ofDatabase: connection.path), at: now)
        answer.print(status.json, or: status.text)
    }
}
