import ArgumentParser
import Delivery
import Operation
import PlainText

/// Removes a pause, and probes at once what the API has paused.
struct ResumeCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "End a pause, and retry at once what the API refused.",
        discussion: """
            Without a journey it ends the pause of everything; journeys that were paused by name stay paused. The wait for \
            a rate limit is not shortened.
            """)
    static let purpose = OperatorPurpose.changing

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: ArgumentHelp("The journey; without one, everything.", valueName: "journey"))
    var journey: String?

    @OptionGroup var format: FormatOptions

    func validate() throws {
        guard journey != "" else {
            throw ValidationError("a journey's name cannot be empty; give no name to resume everything")
        }
    }

    func perform(_ store: any OperatorStore, at now: WallTime) throws {
        let scope = journey.map(Pause.Scope.journey) ?? .everything
        let resumed = try store.resume(scope, at: now)
        let json = JSON.object([
            .init("scope", .string(scope.name)), .init("was_paused", .bool(resumed.wasPaused)),
            .init("probing", .array(resumed.probing.map(Self.json))),
            .init("still_paused", .array(resumed.remaining.map(Self.json))),
        ])
        format.print(json) { _ in Self.text(resumed, scope) }
    }

    private static func json(_ pause: Pause) -> JSON {
        .object([.init("scope", .string(pause.scope.name)), .init("cause", .string(pause.cause.text))])
    }

    private static func text(_ resumed: ResumeReport, _ scope: Pause.Scope) -> PlainText {
        let name = scope.name
        var lines: [PlainText] = [resumed.wasPaused ? "\(name) is resumed" : "\(name) was not paused by an operator"]
        lines += resumed.probing.map { "trying now: \($0.scope.name), \($0.cause)" }
        lines += resumed.remaining.map { "still paused: \($0.scope.name), \($0.cause)" }
        return lines.joined(separator: "\n")
    }
}
