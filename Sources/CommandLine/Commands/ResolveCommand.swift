import ArgumentParser
import Delivery
import Operation
import PlainText

/// Settles intents in doubt by the operator's decision.
struct ResolveCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve", abstract: "Settle intents in doubt: as delivered, or to be sent again.",
        discussion: """
            Check the journey's users at Spotzee first. --resend enters a contact a second time if the first request was \
            executed. Intents of a batch that are not named stay in doubt.
            """)
    static let purpose = OperatorPurpose.changing

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: ArgumentHelp("The intents in doubt, by id.", valueName: "id"))
    var ids: [Int64] = []

    @Option(help: ArgumentHelp("All intents of this batch.", valueName: "id"))
    var batch: Int64?

    @OptionGroup var filters: FilterOptions

    @Flag(help: "All intents in doubt.")
    var all = false

    @Flag(help: "Record them as delivered.")
    var delivered = false

    @Flag(help: "Send them again, under a new key.")
    var resend = false

    @Flag(help: "Only report what would be done.")
    var dryRun = false

    @OptionGroup var format: FormatOptions

    func validate() throws {
        guard delivered != resend else { throw ValidationError("give one of --delivered and --resend") }
        guard [!ids.isEmpty, batch != nil, !filters.isEmpty, all].count(where: { $0 }) == 1 else {
            throw ValidationError("give intent ids, --batch, a filter or --all, and only one of them")
        }
    }

    func perform(_ store: any OperatorStore, at now: WallTime) throws {
        let choice: ResolutionChoice = delivered ? .delivered : .resend
        let progress = ProgressLine("resolving")
        let report = try store.resolve(
            choice, try selection(store, at: now), isDryRun: dryRun, at: now, onProgress: { progress.show($0) })
        progress.clear()
        if let reason = try ResolutionLedger.note(report.delivered, in: report.batches, of: store) {
            Output.error(
                "journey-outbox: resolved, but not written to the record in the state directory; after a restore, adopt asks about them again: \(reason)"
            )
        }
        let json = JSON.object([
            .init("dry_run", .bool(dryRun)), .init("as", .string(choice.rawValue)),
            .init("resolved", .of(report.resolved)), .init("batches", .array(report.batches.map { .of($0) })),
            .init("not_in_doubt", .array(report.notInDoubt.map { .of($0) })),
        ])
        format.print(json) { _ in
            let what = choice == .delivered ? "delivered" : "to be sent again"
            return "\(dryRun ? "would resolve" : "resolved") \(report.resolved) as \(what)"
        }
        // Intents found by a filter can change before they are resolved. Named ones must be in doubt.
        guard !report.notInDoubt.isEmpty, !ids.isEmpty || batch != nil else { return }
        let noun = batch == nil ? "intent" : "batch"
        throw CommandFailure.general(
            "not in doubt: " + report.notInDoubt.map { "\(noun) \($0)" }.joined(separator: ", "))
    }

    private func selection(_ store: any OperatorStore, at now: WallTime) throws -> ResolutionSelection {
        if let batch { return .batch(batch) }
        if all { return .all }
        return .intents(filters.isEmpty ? Array(Set(ids)).sorted() : try found(store, at: now))
    }

    /// The intents in doubt that match the filter, read page by page.
    private func found(_ store: any OperatorStore, at now: WallTime) throws -> [Int64] {
        let progress = ProgressLine("found")
        defer { progress.clear() }
        var ids: Set<Int64> = []
        var cursor: IntentCursor?
        repeat {
            let page = try store.intents(filters.filter([.inDoubt], at: now), after: cursor, limit: 1000, at: now) {
                progress.show(done: ids.count + $0)
            }
            ids.formUnion(page.records.map(\.id))
            cursor = page.next
        } while cursor != nil
        return ids.sorted()
    }
}
