import ArgumentParser

/// Long runs on the real store, for the figures in docs/soak.md. `make test` makes the same runs with small counts.
@main
struct Soak: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Long runs on the real store, without a network.",
        subcommands: [RetentionSoak.self, ScheduledSoak.self, LookSoak.self])
}
