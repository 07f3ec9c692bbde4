import ArgumentParser
import Delivery
import Operation
import PlainText
import Settings

/// Pauses sending until the operator resumes it.
struct PauseCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Send nothing more, to one journey or at all, until `resume`.",
        discussion: "A request in flight is settled. Producers go on committing intents, which wait.")
    static let purpose = OperatorPurpose.changing

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: ArgumentHelp("The journey; without one, everything.", valueName: "journey"))
    var journey: String?

    @Option(help: ArgumentHelp("Why, for whoever reads `status`.", valueName: "text"))
    var reason: String?

    @OptionGroup var format: FormatOptions

    func validate() throws {
        guard journey != "" else { throw ValidationError("a journey's name is not empty; leave it out for everything") }
    }

    func perform(_ store: any OperatorStore, at now: WallTime) throws {
        let scope = journey.map(Pause.Scope.journey) ?? .everything
        let isNew = try store.pause(scope, reason: reason, at: now)
        if let journey, let configuration = try options.loadIfPresent(), configuration.journey(named: journey) == nil {
            Output.error("journey-outbox: the configuration has no journey \(journey); it is paused all the same")
        }
        let json = JSON.object([
            .init("scope", .string(scope.name)), .init("paused", .bool(true)), .init("was_paused", .bool(!isNew)),
        ])
        format.print(json) { _ in "\(scope.name) \(isNew ? "is" : "was already") paused" }
    }
}
