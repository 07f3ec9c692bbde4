import ArgumentParser
import Delivery
import Operation
import PlainText

/// Tells the history of one intent and what it waits for.
struct WhyCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "why", abstract: "Tell the story of one intent, and what it waits for now.",
        discussion: """
            When it was inserted, with whom it was sent, every answer with its request id, what it waits for, which rule \
            set that and when it ends. Works in every state, and for ids that never were.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The intent's id.")
    var id: Int64

    @OptionGroup var format: FormatOptions

    func perform(_ store: any OperatorStore, at now: WallTime) throws {
        let configuration = try options.loadIfPresent()
        let progress = ProgressLine("looking through past requests")
        let trace = try store.trace(id, at: now) { progress.show($0) }
        progress.clear()
        let story = IntentStory(
            trace, in: .init(isWorkerRunning: store.workers().isRunning, configuration: configuration, now: now))
        format.print(story.json, or: story.text)
        if story.state == nil { throw ExitCode(1) }
    }
}
