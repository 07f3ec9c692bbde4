import ArgumentParser
import Delivery
import Operation

/// Lets dead letters wait for delivery again.
struct DeadLettersRetryCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Send dead letters again, under a new idempotency key.",
        discussion: """
            Each waits with all its attempts before it, due now, and keeps its dedup key. Mend the \
            cause first: what is refused for the same reason dies again.
            """)
    static let purpose = OperatorPurpose.changing

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var chosen: SelectionOptions

    @Option(help: ArgumentHelp("Only what was refused with this code.", valueName: "code"))
    var code: String?

    @OptionGroup var format: FormatOptions

    func validate() throws {
        _ = try selection(at: WallTime(milliseconds: 0))
    }

    func perform(_ store: any OperatorStore, at now: WallTime) throws {
        let selection = try selection(at: now)
        let progress = ProgressLine("looked at")
        let report = try store.change(
            .retry, selection, isDryRun: chosen.dryRun, at: now, onProgress: { progress.show(done: $0) })
        progress.clear()
        try ChangeView(report: report, participle: "retried", verb: "retry", isDryRun: chosen.dryRun)
            .print(format, isNamed: selection.isNamed)
    }

    private func selection(at now: WallTime) throws -> IntentSelection {
        try chosen.selection(hasMoreFilters: code != nil) { chosen.filters.filter([.dead], code: code, at: now) }
    }
}
