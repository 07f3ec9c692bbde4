import ArgumentParser

/// The intents that have not been delivered.
struct IntentsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "intents", abstract: "List or cancel intents that are unfinished, dead or cancelled.",
        discussion: "The delivered are in the view outbox_history, and in `batches`.",
        subcommands: [IntentsListCommand.self, IntentsCancelCommand.self])
}
