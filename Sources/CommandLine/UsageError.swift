import ArgumentParser
import Foundation
import PlainText

/// What ArgumentParser says of a command line that it cannot take. It repeats what was typed.
struct UsageError {
    let code: ExitCode
    let message: PlainText

    /// - Parameter error: what parsing the arguments threw; nil when it asks for help or the version.
    init?(_ error: any Error, arguments: [String]) {
        code = JourneyOutboxCommand.exitCode(for: error)
        guard code != .success else { return nil }
        message = Self.shown(arguments, code) ?? "\(JourneyOutboxCommand.message(for: error))"
    }

    /// The message about the same arguments made visible, whose lines are all ArgumentParser's own; nil when those are
    /// no error, or another one.
    private static func shown(_ arguments: [String], _ code: ExitCode) -> PlainText? {
        do {
            _ = try JourneyOutboxCommand.parseAsRoot(arguments.map(PlainText.visible))
            return nil
        } catch {
            guard JourneyOutboxCommand.exitCode(for: error) == code else { return nil }
            return JourneyOutboxCommand.fullMessage(for: error).split(separator: "\n", omittingEmptySubsequences: false)
                .map { "\($0)" }.joined(separator: "\n")
        }
    }
}
