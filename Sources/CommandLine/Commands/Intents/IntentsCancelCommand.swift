import ArgumentParser
import Delivery
import Operation

/// Cancels intents that are not in a request yet.
struct IntentsCancelCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Cancel intents that have not been sent yet.",
        discussion: """
            Each becomes cancelled: its record stays for the retention period, and its dedup key can be used again. \
            Intents that are being sent or in doubt cannot be cancelled: they are reported, and the others are cancelled.
            """)
    static let purpose = OperatorPurpose.changing

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var chosen: SelectionOptions

    @Option(name: .customLong("state"), help: "Only this state; repeat for more.")
    var states: [ListedState] = []

    @OptionGroup var format: FormatOptions

    func validate() throws {
        _ = try selection(at: WallTime(milliseconds: 0))
    }

    func perform(_ store: any OperatorStore, at now: WallTime) throws {
        let selection = try selection(at: now)
        let progress = ProgressLine("checked")
        let report = try store.change(
            .cancel, selection, isDryRun: chosen.dryRun, at: now, onProgress: { progress.show(done: $0) })
        progress.clear()
        try ChangeView(report: report, participle: "cancelled", verb: "cancel", isDryRun: chosen.dryRun)
            .print(format, isNamed: selection.isNamed)
    }

    /// Intents that have ended are selected only when their state is given.
    private func selection(at now: WallTime) throws -> IntentSelection {
        let open: [ListedState] = [.pending, .scheduled, .retrying, .blocked, .sending, .inDoubt]
        let wanted = Set((states.isEmpty ? open : states).map(\.state))
        return try chosen.selection(hasMoreFilters: !states.isEmpty) { chosen.filters.filter(wanted, at: now) }
    }
}
