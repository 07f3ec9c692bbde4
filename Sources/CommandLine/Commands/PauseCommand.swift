import ArgumentParser
import Delivery
import Operation
import PlainText
import Settings

/// Pauses sending until the operator resumes it.
struct PauseCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Stop sending, to one journey or to all, until `resume`.",
        discussion: "Requests in flight are settled. Producers can still commit intents, which then wait.")
    static let purpose = OperatorPurpose.changing

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: ArgumentHelp("The journey; without one, everything.", valueName: "journey"))
    var journey: String?

    @Option(help: ArgumentHelp("The reason, which `status` shows.", valueName: "text"))
    var reason: String?

    @OptionGroup var format: FormatOptions

    func validate() throws {
        guard journey != "" else {
            throw ValidationError("a journey's name cannot be empty; give no name to pause everything")
        }
    }

    func perform(_ store: any OperatorStore, at now: WallTime) throws {
        let scope = journey.map(Pause.Scope.journey) ?? .everything
        let isNew = try store.pause(scope, reason: reason, at: now)
        if let journey, let configuration = try options.loadIfPresent(), configuration.journey(named: journey) == nil {
            Output.error("journey-outbox: the configuration has no journey \(journey); it is paused anyway")
        }
        let json = JSON.object([
            .init("scope", .string(scope.name)), .init("paused", .bool(true)), .init("was_paused", .bool(!isNew)),
        ])
        format.print(json) { _ in "\(scope.name) \(isNew ? "is" : "was already") paused" }
    }
}
