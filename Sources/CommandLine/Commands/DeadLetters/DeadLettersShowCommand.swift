import ArgumentParser
import Delivery
import PlainText
import SQLiteStore

/// Everything that is kept of one dead letter.
struct DeadLettersShowCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a dead letter with its payload.",
        discussion: """
            profile and data are printed digit for digit where they are sound JSON objects, and else as a string.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The dead letter's id.")
    var id: Int64

    @OptionGroup var answer: AnswerOptions

    func perform(_ connection: OperatorConnection, at now: WallTime) throws {
        guard let letter = try DeadLetter.find(id, connection) else {
            throw Failure.general("there is no dead letter \(id)")
        }
        answer.print(letter.json, or: letter.text)
    }
}
