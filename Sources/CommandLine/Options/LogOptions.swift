import ArgumentParser
import Foundation
import Logging

/// How much is logged, and how it looks.
struct LogOptions: ParsableArguments {
    @Option(help: "text, json or journal. Default: journal under systemd, else text.")
    var logFormat: LogFormat?

    @Flag(help: "Log every batch.")
    var verbose = false

    func logger() -> Logger {
        let format = logFormat ?? LogFormat.standard(environment: ProcessInfo.processInfo.environment)
        var handler = LineLogHandler(format: format)
        handler.logLevel = verbose ? .debug : .info
        return Logger(label: "journey-outbox") { _ in handler }
    }
}
