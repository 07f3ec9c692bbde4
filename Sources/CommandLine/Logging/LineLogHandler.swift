import Foundation
import Logging

/// Writes one event per line to stderr: its name, then its fields by name.
struct LineLogHandler: LogHandler {
    let format: LogFormat
    var logLevel: Logger.Level = .info
    var metadata: Logger.Metadata = [:]

    init(format: LogFormat) {
        self.format = format
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }.sorted { $0.key < $1.key }
            .map { ($0.key, $0.value.description) }
        let line = LogLine(level: event.level, event: event.message.description, fields: fields)
        Output.write(line.text(format) + "\n", to: STDERR_FILENO)
    }
}
