import ArgumentParser
import Delivery
import PlainText
import SQLiteStore
import Settings

/// Stops sending until a person resumes it.
struct PauseCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Send nothing more, to one journey or at all, until `resume`.",
        discussion: "A request in flight is settled. Producers go on committing intents, which wait.")
    static let purpose = OperatorConnection.Purpose.changing

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: ArgumentHelp("The journey; without one, everything.", valueName: "journey"))
    var journey: String?

    @Option(help: ArgumentHelp("Why, for whoever reads `status`.", valueName: "text"))
    var reason: String?

    @OptionGroup var answer: AnswerOptions

    func validate() throws {
        guard journey != "" else { throw ValidationError("a journey's name is not empty; leave it out for everything") }
    }

    func perform(_ connection: OperatorConnection, at now: WallTime) throws {
        let scope = journey.map(Pause.Scope.journey) ?? .everything
        let isNew = try PauseSwitch(connection, at: now).pause(scope, reason: reason)
        if let journey, let configuration = try options.loadIfPresent(), configuration.journey(named: journey) == nil {
            Output.error("journey-outbox: the configuration has no journey \(journey); it is paused all the same")
        }
        let json = JSON.object([
            .init("scope", .string(scope.name)), .init("paused", .bool(true)), .init("was_paused", .bool(!isNew)),
        ])
        answer.print(json) { _ in "\(scope.name) \(isNew ? "is" : "was already") paused" }
    }
}
