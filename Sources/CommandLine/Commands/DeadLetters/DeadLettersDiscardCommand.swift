import ArgumentParser
import Delivery
import Operation

/// Cancels dead letters: their records stay for the retention period.
struct DeadLettersDiscardCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard", abstract: "Cancel dead letters, so that they are never sent.",
        discussion: """
            Each becomes cancelled: its record stays for the retention period, and its dedup key can be used again.
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
            .discard, selection, isDryRun: chosen.dryRun, at: now, onProgress: { progress.show(done: $0) })
        progress.clear()
        try ChangeView(report: report, participle: "discarded", verb: "discard", isDryRun: chosen.dryRun)
            .print(format, isNamed: selection.isNamed)
    }

    private func selection(at now: WallTime) throws -> IntentSelection {
        try chosen.selection(hasMoreFilters: code != nil) { chosen.filters.filter([.dead], code: code, at: now) }
    }
}
