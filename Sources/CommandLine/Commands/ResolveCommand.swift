import ArgumentParser
import Delivery
import SQLiteStore

/// Says of intents in doubt whether they were delivered.
struct ResolveCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve", abstract: "Settle what is in doubt: it was delivered, or it is to be sent again.",
        discussion: """
            Look at the journey's users first. --resend enters a contact a second time if the first request had its \
            effect after all. Members of a batch that were not named stay in doubt.
            """)
    static let purpose = OperatorConnection.Purpose.changing

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: ArgumentHelp("The intents in doubt, by id.", valueName: "id"))
    var ids: [Int64] = []

    @Option(help: ArgumentHelp("Everyone in this batch.", valueName: "id"))
    var batch: Int64?

    @Option(help: ArgumentHelp("Everyone in doubt in this journey.", valueName: "name"))
    var journey: String?

    @Flag(help: "Everyone in doubt.")
    var all = false

    @Flag(help: "They were entered.")
    var delivered = false

    @Flag(help: "Send them again, under a new key.")
    var resend = false

    @Flag(help: "Only say what would be done.")
    var dryRun = false

    @OptionGroup var answer: AnswerOptions

    func validate() throws {
        guard delivered != resend else { throw ValidationError("give one of --delivered and --resend") }
        guard [!ids.isEmpty, batch != nil, journey != nil, all].count(where: { $0 }) == 1 else {
            throw ValidationError("give intent ids, --batch, --journey or --all, and only one of them")
        }
    }

    func perform(_ connection: OperatorConnection, at now: WallTime) throws {
        let verdict: Resolving.Verdict = delivered ? .delivered : .resend
        let progress = ProgressLine("resolving")
        let report = try Resolving(connection, at: now).apply(
            verdict, to: selection, isDryRun: dryRun, onProgress: { progress.show($0) })
        progress.clear()
        let json = JSON.object([
            .init("dry_run", .bool(dryRun)), .init("as", .string(verdict.rawValue)),
            .init("resolved", .of(report.resolved)), .init("batches", .array(report.batches.map { .of($0) })),
            .init("not_in_doubt", .array(report.notInDoubt.map { .of($0) })),
        ])
        answer.print(json) { _ in
            let what = verdict == .delivered ? "delivered" : "to be sent again"
            return "\(dryRun ? "would resolve" : "resolved") \(report.resolved) as \(what)"
        }
        // What a filter found may have moved on meanwhile; what was named ought to be in doubt.
        guard !report.notInDoubt.isEmpty, !ids.isEmpty || batch != nil else { return }
        let noun = batch == nil ? "intent" : "batch"
        throw Failure.general(
            "not in doubt: " + report.notInDoubt.map { "\(noun) \($0)" }.joined(separator: ", "))
    }

    private var selection: Resolving.Selection {
        if let batch { return .batch(batch) }
        if let journey { return .journey(journey) }
        return all ? .all : .intents(Array(Set(ids)).sorted())
    }
}
