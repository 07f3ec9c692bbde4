import ArgumentParser
import Delivery
import PlainText
import SQLiteStore

/// One request with everything that is kept of it.
struct BatchesShowCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a request: key, digest, target, answers, lineage and members.")

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The batch's id.")
    var id: Int64

    @OptionGroup var answer: AnswerOptions

    func perform(_ connection: OperatorConnection, at now: WallTime) throws {
        guard let batch = try BatchDetail.find(id, connection) else {
            throw Failure.general("there is no batch \(id)")
        }
        answer.print(batch.json, or: batch.text)
    }
}
