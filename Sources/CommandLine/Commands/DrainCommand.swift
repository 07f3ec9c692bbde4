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
            Waits for backoffs within the timeout. Exits 0 when every intent was delivered or became a dead letter, and \
            prints the dead letters. Exits 3 when the intents that are left wait for the operator (paused, parked, in \
            doubt, after a dead letter that blocks their ordering key, of a journey that is not in the configuration, in \
            a database to be adopted) or when the timeout is over. Intents scheduled for later do not count, nor do later \
            intents of their ordering keys. While another worker runs, it waits for the end of that worker within the \
            timeout, and then exits 75.
            """)

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var log: LogOptions

    @Option(help: "How long to continue, such as 60s or 5m.")
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
