import ArgumentParser
import Delivery
import Operation
import PlainText

/// The intents that have not been delivered.
struct IntentsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "intents", abstract: "List or cancel intents that are unfinished, dead or cancelled.",
        discussion: "Delivered intents are in the view outbox_history, and in `batches`.",
        subcommands: [IntentsListCommand.self, IntentsCancelCommand.self])
}

/// Lists intents, journey by journey and state by state.
struct IntentsListCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List intents, journey by journey and state by state.")

    @OptionGroup var options: ConfigurationOptions

    @Option(name: .customLong("state"), help: "Only this state; repeat for more.")
    var states: [ListedState] = []

    @OptionGroup var filters: FilterOptions
    @OptionGroup var page: PageOptions
    @OptionGroup var format: FormatOptions

    func perform(_ store: any OperatorStore, at now: WallTime) throws {
        let wanted = states.isEmpty ? ListedState.allCases : states
        let filter = filters.filter(Set(wanted.map(\.state)), at: now)
        let progress = ProgressLine("found")
        let found = try store.intents(
            filter, after: page.position, limit: page.limit, at: now, onProgress: { progress.show(done: $0) })
        progress.clear()
        let next = found.next?.text
        let json = JSON.object([
            .init("intents", .array(found.records.map(\.json))), .init("next_cursor", .of(next)),
        ])
        format.print(json) { terminal in
            if found.records.isEmpty { return "no intents" }
            var table = TextTable(columns: [
                .init("id", .right), .init("journey", widthMin: 10), .init("contact", widthMin: 8), .init("state"),
                .init("attempts", .right), .init("updated_at"), .init("due_at"), .init("code", widthMin: 6),
            ])
            table.rows = found.records.map { intent in
                [
                    .init(String(intent.id)), .init(intent.journey), .init(intent.contact),
                    .init(intent.state.rawValue), .init(String(intent.attempts)),
                    .init(RFC3339.text(intent.updatedAt)), .init(intent.dueAt.map(RFC3339.text) ?? ""),
                    .init(intent.code ?? ""),
                ]
            }
            return table.text(on: terminal) + PageOptions.more(next)
        }
    }
}
