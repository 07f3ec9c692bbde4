import ArgumentParser
import Delivery
import Operation
import PlainText

/// Copies the database while other connections write to it.
struct BackupCommand: OperatorCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Write a safe copy of the whole database to a file.",
        discussion: """
            Uses SQLite's online backup API while the worker and producers run; copying the file itself is not safe. An \
            existing file is never overwritten. A worker that later starts on the copy detects that it is a copy, and \
            waits for `adopt`.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: ArgumentHelp("The file to write.", valueName: "file"))
    var file: String

    @OptionGroup var format: FormatOptions

    func perform(_ store: any OperatorStore, at now: WallTime) throws {
        do {
            let bytes = try ProgressLine("copying").follow(looking: { [file] in store.backupShare(of: file) }) {
                try store.backUp(to: file)
            }
            format.print(.object([.init("file", .string(file)), .init("bytes", .of(bytes))])) { _ in
                "copied \(bytes / 1024) KiB to \(file)"
            }
        } catch let error as BackupError {
            throw CommandFailure.general("\(error)")
        }
    }
}
