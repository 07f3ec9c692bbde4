import ArgumentParser
import Delivery
import SQLiteStore

/// Ends intents that have not left yet.
struct IntentsCancelCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Cancel intents that have not left yet.",
        discussion: """
            Each keeps its record as cancelled and frees its dedup key. What is being sent or in doubt cannot be \
            cancelled: it is reported, and the others are cancelled all the same.
            """)
    static let purpose = OperatorConnection.Purpose.changing

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var chosen: SelectionOptions

    @Option(name: .customLong("state"), help: "Only this state; repeat for more.")
    var states: [ListedState] = []

    @OptionGroup var answer: AnswerOptions

    func validate() throws {
        _ = try selection(at: WallTime(milliseconds: 0))
    }

    func perform(_ connection: OperatorConnection, at now: WallTime) throws {
        let selection = try selection(at: now)
        let progress = ProgressLine("looked at")
        let report = try IntentChange(connection, .cancel, at: now).apply(
            to: selection, isDryRun: chosen.dryRun, onProgress: { progress.show(done: $0) })
        progress.clear()
        try ChangeAnswer(report: report, participle: "cancelled", verb: "cancel", isDryRun: chosen.dryRun)
            .print(answer, isNamed: selection.isNamed)
    }

    /// What has ended is not meant unless its state was asked for.
    private func selection(at now: WallTime) throws -> IntentChange.Selection {
        let open: [ListedState] = [.pending, .scheduled, .retrying, .blocked, .sending, .inDoubt]
        let wanted = Set((states.isEmpty ? open : states).map(\.state))
        return try chosen.selection(hasMoreFilters: !states.isEmpty) { chosen.filters.filter(wanted, at: now) }
    }
}
