import ArgumentParser
import Foundation

/// How log lines look.
enum LogFormat: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
    /// Text with the `<N>` priority prefix that journald reads (sd-daemon(3)).
    case journal

    /// What fits where stderr goes: systemd sets JOURNAL_STREAM for a unit whose stderr is the journal.
    static func standard(environment: [String: String]) -> LogFormat {
        environment["JOURNAL_STREAM"] == nil ? .text : .journal
    }
}
