import ArgumentParser
import Delivery
import Operation
import PlainText

/// The intents that ended without being delivered.
struct DeadLettersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letters", abstract: "List, show, retry or discard intents that ended undelivered.",
        subcommands: [
            DeadLettersListCommand.self, DeadLettersShowCommand.self, DeadLettersRetryCommand.self,
            DeadLettersDiscardCommand.self,
        ])
}

/// Shows one dead letter with every stored column.
struct DeadLettersShowCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a dead letter with its payload.",
        discussion: """
            profile and data are printed exactly as they are stored if they are valid JSON objects, otherwise as a string.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The dead letter's id.")
    var id: Int64

    @OptionGroup var format: FormatOptions

    func perform(_ store: any OperatorStore, at now: WallTime) throws {
        guard let letter = try store.deadLetter(id) else {
            throw CommandFailure.general("there is no dead letter \(id)")
        }
        format.print(letter.json, or: letter.text)
    }
}
