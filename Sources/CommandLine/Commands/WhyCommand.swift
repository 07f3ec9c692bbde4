import ArgumentParser
import Delivery
import PlainText
import SQLiteStore

/// The story of one intent.
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

    @OptionGroup var answer: AnswerOptions

    func perform(_ connection: OperatorConnection, at now: WallTime) throws {
        let configuration = try options.loadIfPresent()
        let progress = ProgressLine("looking through past requests")
        let trail = try IntentTrail(of: id, connection, at: now) { progress.show($0) }
        progress.clear()
        let isRunning = WorkerLock.holder(ofDatabase: connection.path) != nil
        let story = IntentStory(
            trail, in: .init(isWorkerRunning: isRunning, configuration: configuration, now: now))
        answer.print(story.json, or: story.text)
        if story.state == nil { throw ExitCode(1) }
    }
}
