import ArgumentParser

/// The requests: one batch is one request under one idempotency key.
struct BatchesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "batches", abstract: "List requests, or show one with its answers and members.",
        subcommands: [BatchesListCommand.self, BatchesShowCommand.self])
}
