import ArgumentParser
import Delivery
import PlainText
import SQLiteStore

/// Copies the database while others write to it.
struct BackupCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Write a safe copy of the whole database to a file.",
        discussion: """
            Made with SQLite's online backup API, beside a running worker and producers; copying the file itself is not \
            safe. An existing file is never overwritten. A worker that later starts on the copy notices, and waits for \
            `adopt`.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: ArgumentHelp("The file to write.", valueName: "file"))
    var file: String

    @OptionGroup var answer: AnswerOptions

    func perform(_ connection: OperatorConnection, at now: WallTime) throws {
        do {
            let copy = BackupCopy(of: connection.path)
            let bytes = try ProgressLine("copying").follow(looking: { [file] in copy.share(of: file) }) {
                try copy.write(to: file)
            }
            answer.print(.object([.init("file", .string(file)), .init("bytes", .of(bytes))])) { _ in
                "copied \(bytes / 1024) KiB to \(file)"
            }
        } catch let error as BackupError {
            throw Failure.general("\(error)")
        }
    }
}
