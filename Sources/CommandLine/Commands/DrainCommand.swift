import ArgumentParser
import Delivery
import Operation
import PlainText
import Settings
import Synchronization

/// Delivers what is due, then exits.
struct DrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain", abstract: "Deliver what is committed and due now, then exit.",
        discussion: """
            Waits for backoffs within the timeout. Exits 0 when everything was delivered or died, and prints what died; \
            exits 3 when what is left waits for a person (paused, parked, in doubt, behind a dead letter that \
            blocks their ordering key, a journey the configuration does not know, a database to be adopted) or when time \
            is up. Intents scheduled for later do not count, nor those of their ordering keys behind them. Beside a \
            running worker it waits for that to end, within the timeout, and then exits 75.
            """)

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var log: LogOptions

    @Option(help: "How long to go on, such as 60s or 5m.")
    var timeout = DurationArgument(.seconds(60))

    @OptionGroup var format: FormatOptions

    func run() async throws {
        let path = try options.load().database
        let start = SystemClock().now().wall
        let progress = ProgressLine("delivered")
        let delivered = Mutex(0)
        let session = WorkerSession(options: options, log: log) { event in
            guard case .settled(let settlement) = event else { return }
            let count = delivered.withLock { count in
                count += settlement.deliveredCount
                return count
            }
            progress.show(done: count)
        }
        let outcome: DrainOutcome
        do {
            outcome = try await session.run(draining: Worker.Drain(timeout: timeout.duration))
        } catch is AdoptionRequired {
            format.print(.object([.init("outcome", .string("adoption_needed"))])) { _ in
                "nothing is sent until `journey-outbox adopt`"
            }
            throw ExitCode(3)
        }
        progress.clear()
        let deaths = try Engine.engine(for: path).deaths(since: start, isBusy: SchemaCheck.sayBusy)
        let report = DrainReport(outcome: outcome, deaths: deaths)
        format.print(report.json) { _ in report.text }
        if !report.isDone { throw ExitCode(3) }
    }
}
