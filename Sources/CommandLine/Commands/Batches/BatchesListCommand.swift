import ArgumentParser
import Delivery
import Operation
import PlainText

/// Lists requests, newest first.
struct BatchesListCommand: OperatorCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List requests, newest first.")

    @OptionGroup var options: ConfigurationOptions

    @Option(
        help: ArgumentHelp("Only this state: sending, in_doubt or settled.", valueName: "state"),
        transform: Self.state)
    var state: BatchState?

    @Option(help: ArgumentHelp("Only this journey.", valueName: "name"))
    var journey: String?

    @OptionGroup var page: PageOptions
    @OptionGroup var format: FormatOptions

    func perform(_ store: any OperatorStore, at now: WallTime) throws {
        let progress = ProgressLine("found")
        let found = try store.batches(
            in: state, journey: journey, before: try start(), limit: page.limit,
            onProgress: { progress.show(done: $0) })
        progress.clear()
        let next = found.next.map { String($0) }
        let json = JSON.object([
            .init("batches", .array(found.batches.map(\.json))), .init("next_cursor", .of(next)),
        ])
        format.print(json) { terminal in
            if found.batches.isEmpty { return "no batches" }
            var table = TextTable(columns: [
                .init("id", .right), .init("journey", widthMin: 10), .init("state"), .init("outcome"),
                .init("size", .right), .init("attempts", .right), .init("frozen_at"), .init("code", widthMin: 8),
            ])
            table.rows = found.batches.map { batch in
                [
                    .init(String(batch.id)), .init(batch.journey),
                    .init(batch.state.rawValue, batch.state == .inDoubt ? .bad : .plain), .init(batch.outcome ?? ""),
                    .init(String(batch.size)), .init(String(batch.attempts)), .init(RFC3339.text(batch.frozenAt)),
                    .init(batch.code ?? ""),
                ]
            }
            return table.text(on: terminal) + PageOptions.more(next)
        }
    }

    private func start() throws -> Int64? {
        guard let cursor = page.cursor else { return nil }
        guard let id = Int64(cursor) else {
            throw CommandFailure.usage("--cursor takes the next_cursor of an earlier listing")
        }
        return id
    }

    private static func state(_ text: String) throws -> BatchState {
        guard let state = BatchState(rawValue: text) else {
            throw ValidationError("a batch is sending, in_doubt or settled, not '\(text)'")
        }
        return state
    }
}
