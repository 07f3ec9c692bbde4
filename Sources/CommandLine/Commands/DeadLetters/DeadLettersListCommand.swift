import ArgumentParser
import Delivery
import Operation
import PlainText

/// Lists dead letters, journey by journey, oldest intent first.
struct DeadLettersListCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List dead letters, journey by journey.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var filters: FilterOptions

    @Option(help: ArgumentHelp("Only those that were refused with this code.", valueName: "code"))
    var code: String?

    @OptionGroup var page: PageOptions
    @OptionGroup var format: FormatOptions

    func perform(_ store: any OperatorStore, at now: WallTime) throws {
        let progress = ProgressLine("found")
        let found = try store.intents(
            filters.filter([.dead], code: code, at: now), after: page.position, limit: page.limit, at: now,
            onProgress: { progress.show(done: $0) })
        progress.clear()
        let next = found.next?.text
        let json = JSON.object([
            .init("dead_letters", .array(found.records.map { .object($0.deadLetterFields) })),
            .init("next_cursor", .of(next)),
        ])
        format.print(json) { terminal in
            if found.records.isEmpty { return "no dead letters" }
            var table = TextTable(columns: [
                .init("id", .right), .init("journey", widthMin: 10), .init("contact", widthMin: 8), .init("dead_at"),
                .init("attempts", .right), .init("code", widthMin: 12), .init("message", widthMin: 7),
            ])
            table.rows = found.records.map { letter in
                [
                    .init(String(letter.id)), .init(letter.journey), .init(letter.contact),
                    .init(RFC3339.text(letter.updatedAt)), .init(String(letter.attempts)), .init(letter.code ?? ""),
                    .init(letter.message ?? ""),
                ]
            }
            return table.text(on: terminal) + PageOptions.more(next)
        }
    }
}
