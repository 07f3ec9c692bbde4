import Foundation
import Logging
import PlainText

/// Writes one event per line to stderr: its name, then its fields sorted by name.
struct LineLogHandler: LogHandler {
    let format: LogFormat
    /// Whether each line begins with a priority for the journal.
    let hasPriority: Bool
    var logLevel: Logger.Level = .info
    var metadata: Logger.Metadata = [:]
    private let write: @Sendable (String) -> Void

    init(
        format: LogFormat, hasPriority: Bool,
        write: @escaping @Sendable (String) -> Void = LineLogHandler.writeToStandardError
    ) {
        self.format = format
        self.hasPriority = hasPriority
        self.write = write
    }

    /// On a terminal the line replaces a progress line.
    @Sendable private static func writeToStandardError(_ line: String) {
        Output.write(
            PlainText(own: (isatty(STDERR_FILENO) == 1 ? ProgressLine.clearing : "") + line), to: STDERR_FILENO)
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }.sorted { $0.key < $1.key }
            .map { LogLine.Attribute(name: $0.key, value: $0.value) }
        let line = LogLine(level: event.level, event: event.message.description, fields: fields)
        write((hasPriority ? line.prefix : "") + line.text(format, isTimed: !hasPriority || format == .json) + "\n")
    }
}

/// Tells whether stderr goes to systemd's journal, which reads a line's priority from a prefix (sd-daemon(3)).
enum JournalStream {
    /// `JOURNAL_STREAM` names the device and inode of the stream that systemd created (systemd.exec(5)). Child
    /// processes of a service inherit the variable, so it has to be compared with the actual stream.
    static func isStandardError(environment: [String: String], descriptor: Int32 = STDERR_FILENO) -> Bool {
        guard let named = environment["JOURNAL_STREAM"] else { return false }
        var file = stat()
        return fstat(descriptor, &file) == 0 && named == "\(file.st_dev):\(file.st_ino)"
    }
}
