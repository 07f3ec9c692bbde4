import ArgumentParser
import Delivery
import PlainText
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

    @OptionGroup var filters: FilterOptions

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
        guard [!ids.isEmpty, batch != nil, !filters.isEmpty, all].count(where: { $0 }) == 1 else {
            throw ValidationError("give intent ids, --batch, a filter or --all, and only one of them")
        }
    }

    func perform(_ connection: OperatorConnection, at now: WallTime) throws {
        let verdict: Resolving.Verdict = delivered ? .delivered : .resend
        let progress = ProgressLine("resolving")
        let report = try Resolving(connection, at: now).apply(
            verdict, to: try selection(connection, at: now), isDryRun: dryRun, onProgress: { progress.show($0) })
        progress.clear()
        if let reason = try PersonsRecord.note(report.delivered, in: report.batches, of: connection) {
            Output.error(
                "journey-outbox: resolved, but not in the record that a restored backup is held against: \(reason)")
        }
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

    private func selection(_ connection: OperatorConnection, at now: WallTime) throws -> Resolving.Selection {
        if let batch { return .batch(batch) }
        if all { return .all }
        return .intents(filters.isEmpty ? Array(Set(ids)).sorted() : try found(connection, at: now))
    }

    /// The intents in doubt that the filter means, page by page.
    private func found(_ connection: OperatorConnection, at now: WallTime) throws -> [Int64] {
        let walk = IntentWalk(connection, filter: filters.filter([.inDoubt], at: now), at: now)
        let progress = ProgressLine("found")
        defer { progress.clear() }
        var ids: Set<Int64> = []
        var cursor: IntentCursor?
        repeat {
            let page = try walk.page(after: cursor, limit: 1000) { progress.show(done: ids.count + $0) }
            ids.formUnion(page.records.map(\.id))
            cursor = page.next
        } while cursor != nil
        return ids.sorted()
    }
}
