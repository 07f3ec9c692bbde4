import ArgumentParser
import Delivery
import SQLiteStore

/// Gives dead letters up.
struct DeadLettersDiscardCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard", abstract: "Give dead letters up.",
        discussion: """
            Each ends as cancelled: its record stays for the retention period, and its dedup key is free again.
            """)
    static let purpose = OperatorConnection.Purpose.changing

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var chosen: SelectionOptions

    @Option(help: ArgumentHelp("Only what was refused with this code.", valueName: "code"))
    var code: String?

    @OptionGroup var answer: AnswerOptions

    func validate() throws {
        _ = try selection(at: WallTime(milliseconds: 0))
    }

    func perform(_ connection: OperatorConnection, at now: WallTime) throws {
        let selection = try selection(at: now)
        let progress = ProgressLine("looked at")
        let report = try IntentChange(connection, .discard, at: now).apply(
            to: selection, isDryRun: chosen.dryRun, onProgress: { progress.show(done: $0) })
        progress.clear()
        try ChangeAnswer(report: report, participle: "discarded", verb: "discard", isDryRun: chosen.dryRun)
            .print(answer, isNamed: selection.isNamed)
    }

    private func selection(at now: WallTime) throws -> IntentChange.Selection {
        try chosen.selection(hasMoreFilters: code != nil) { chosen.filters.filter([.dead], code: code, at: now) }
    }
}
