import ArgumentParser
import Delivery
import Operation

/// Lets dead letters wait for delivery again.
struct DeadLettersRetryCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Send dead letters again, under a new idempotency key.",
        discussion: """
            Each gets all its attempts again, is due at once, and keeps its dedup key. Correct the cause first: an \
            intent that is refused again becomes a dead letter again.
            """)
    static let purpose = OperatorPurpose.changing

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var chosen: SelectionOptions

    @Option(help: ArgumentHelp("Only those that were refused with this code.", valueName: "code"))
    var code: String?

    @OptionGroup var format: FormatOptions

    func validate() throws {
        _ = try selection(at: WallTime(milliseconds: 0))
    }

    func perform(_ store: any OperatorStore, at now: WallTime) throws {
        let selection = try selection(at: now)
        let progress = ProgressLine("checked")
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
