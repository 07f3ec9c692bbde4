import ArgumentParser
import Delivery
import Operation
import PlainText

/// The requests: one batch is one request under one idempotency key.
struct BatchesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "batches", abstract: "List requests, or show one with its answers and members.",
        subcommands: [BatchesListCommand.self, BatchesShowCommand.self])
}

/// Shows one request with every stored detail.
struct BatchesShowCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a request: key, digest, target, answers, lineage and members.")

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The batch's id.")
    var id: Int64

    @OptionGroup var format: FormatOptions

    func perform(_ store: any OperatorStore, at now: WallTime) throws {
        guard let batch = try store.batch(id) else {
            throw CommandFailure.general("there is no batch \(id)")
        }
        format.print(batch.json, or: batch.text)
    }
}
