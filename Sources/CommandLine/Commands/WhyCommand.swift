import ArgumentParser
import Delivery
import Operation
import PlainText

/// Tells the history of one intent and what it waits for.
struct WhyCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "why", abstract: "Show the history of one intent, and what it waits for now.",
        discussion: """
            Shows when it was inserted, with which other intents it was sent, every answer with its request id, what it \
            waits for, which rule causes the wait, and when the wait ends. Works in every state, and for ids that no \
            intent has.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The intent's id.")
    var id: Int64

    @OptionGroup var format: FormatOptions

    func perform(_ store: any OperatorStore, at now: WallTime) throws {
        let configuration = try options.loadIfPresent()
        let progress = ProgressLine("searching past requests")
        let trace = try store.trace(id, at: now) { progress.show($0) }
        progress.clear()
        let story = IntentStory(
            trace, in: .init(isWorkerRunning: store.workers().isRunning, configuration: configuration, now: now))
        format.print(story.json, or: story.text)
        if story.state == nil { throw ExitCode(1) }
    }
}
