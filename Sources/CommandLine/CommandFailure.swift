import ArgumentParser
import Foundation
import PlainText

/// Failures that end a command with one sentence on stderr and a documented exit code (sysexits.h).
///
/// Each function writes the sentence and returns the error to throw.
enum CommandFailure {
    /// The configuration is wrong, and a restart would not help.
    static func configuration(_ message: PlainText) -> any Error { exit(78, message) }
    /// A later attempt can succeed.
    static func temporary(_ message: PlainText) -> any Error { exit(75, message) }
    /// The file of the database was replaced. Nothing more was written to the old one.
    static func replaced(_ path: String) -> any Error {
        exit(
            74,
            "\(path) or its log was replaced by another file: nothing more was written; start it again to use the new file"
        )
    }
    static func general(_ message: PlainText) -> any Error { exit(1, message) }
    static func usage(_ message: PlainText) -> any Error { exit(64, message) }

    private static func exit(_ code: Int32, _ message: PlainText) -> any Error {
        Output.error("journey-outbox: \(message)")
        return ExitCode(code)
    }
}
