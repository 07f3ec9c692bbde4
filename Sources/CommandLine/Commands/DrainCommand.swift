import ArgumentParser
import Delivery
import Foundation
import Settings

/// Delivers what is there and ends.
struct DrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain", abstract: "Deliver what is committed and due now, then exit.",
        discussion: """
            Waits for backoffs within the timeout. Exits 0 when everything was delivered or died, and prints what died; \
            exits 3 when what is left waits for a person (paused, parked, in doubt, a journey the configuration does \
            not know) or when time is up. Intents scheduled for later do not count.
            """)

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var log: LogOptions

    @Option(help: "How long to go on, such as 60s or 5m.")
    var timeout = DurationArgument(.seconds(60))

    func run() async throws {
        let path = try options.load().database
        let start = WallTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        let outcome = try await WorkerSession(options: options, log: log)
            .run(draining: Worker.Drain(timeout: timeout.duration))
        let report = try DrainReport(database: path, since: start, outcome: outcome)
        Output.print(report.text)
        if !report.isDone { throw ExitCode(3) }
    }
}
