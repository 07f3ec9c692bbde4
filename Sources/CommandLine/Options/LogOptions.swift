import ArgumentParser
import Foundation
import Logging

/// How much is logged, and in which format.
struct LogOptions: ParsableArguments {
    @Option(help: "text or json. Under systemd each line also contains its priority for the journal.")
    var logFormat = LogFormat.text

    @Flag(help: "Log every batch.")
    var verbose = false

    @Flag(help: "Log contacts as they are, instead of as a keyed hash.")
    var logContacts = false

    func logger() -> Logger {
        let hasPriority = JournalStream.isStandardError(environment: ProcessInfo.processInfo.environment)
        var handler = LineLogHandler(format: logFormat, hasPriority: hasPriority)
        handler.logLevel = verbose ? .debug : .info
        return Logger(label: "journey-outbox") { _ in handler }
    }

    func contacts(_ setup: Setup) -> ContactMark {
        logContacts ? .plain : .hashed(underAPIKey: setup.apiKey)
    }
}

/// The format of log lines.
enum LogFormat: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
}
