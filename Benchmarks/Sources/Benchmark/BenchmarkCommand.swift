import ArgumentParser

/// Measures the product next to the floor: the same work in C, with the same SQLite and on the same schema.
@main
struct BenchmarkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmark", abstract: "Measure the outbox next to the floor.",
        subcommands: [MeasureCommand.self, DrainWork.self, ClaimWork.self, EnqueueWork.self],
        defaultSubcommand: MeasureCommand.self)
}
