import ArgumentParser
import Delivery
import Foundation
import Operation
import PlainText

/// Commits intents, as a producer does.
struct EnqueueCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "enqueue", abstract: "Commit an intent, or many from a file.",
        discussion: """
            --from reads one JSON object per line, with the names of the outbox's columns; profile and data are JSON \
            objects, stored byte for byte. All lines are committed in one transaction, or none; an error names the line. \
            JOURNEY is then the journey of lines that name none. A line whose dedup key is already in use inserts nothing, \
            and this is not an error.
            """)
    static let purpose = OperatorPurpose.changing

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: ArgumentHelp("The journey's name in the configuration.", valueName: "journey"))
    var journey: String?

    @OptionGroup var columns: IntentOptions

    @Option(help: ArgumentHelp("Read intents from this file; - is stdin.", valueName: "file"))
    var from: String?

    @OptionGroup var format: FormatOptions

    func validate() throws {
        guard from == nil || columns.isEmpty else {
            throw ValidationError("--from cannot be combined with the options of a single intent")
        }
        guard from != nil || journey != nil else { throw ValidationError("give a journey, or --from") }
    }

    func perform(_ store: any OperatorStore, at now: WallTime) throws {
        let intents = try from.map(read) ?? [(line: 0, intent: columns.intent(journey: journey ?? ""))]
        do {
            let report = try store.enqueue(intents.map(\.intent))
            let json = JSON.object([
                .init("ids", .array(report.ids.map { .of($0) })), .init("duplicates", .of(report.duplicates)),
            ])
            if report.ids.isEmpty && !format.json { return Output.error(Self.note(report.duplicates)) }
            format.print(json) { _ in report.ids.map { "\($0)" }.joined(separator: "\n") }
            if report.duplicates > 0 && !format.json { Output.error(Self.note(report.duplicates)) }
        } catch let refusal as EnqueueRefusal {
            let place: PlainText = from == nil ? "" : "line \(intents[refusal.index].line): "
            throw CommandFailure.general("\(place)\(refusal.message); nothing was inserted")
        }
    }

    private static func note(_ duplicates: Int) -> PlainText {
        "duplicates: \(duplicates) (their dedup key is already in use; nothing was inserted for them)"
    }

    /// Reads every line before anything is inserted, so that the command holds no lock while it waits for input.
    private func read(_ file: String) throws -> [(line: Int, intent: NewIntent)] {
        let descriptor = file == "-" ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CommandFailure.general("cannot read \(file): \(String(cString: strerror(errno)))")
        }
        defer { if file != "-" { close(descriptor) } }
        do {
            return try IntentLine.readAll(descriptor, journey: journey)
        } catch {
            throw CommandFailure.general("\(error); nothing was inserted")
        }
    }
}
