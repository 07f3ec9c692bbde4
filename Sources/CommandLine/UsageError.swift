import ArgumentParser
import Foundation
import PlainText

/// ArgumentParser's message about an invalid command line, with the arguments in it escaped.
struct UsageError {
    let code: ExitCode
    let message: PlainText

    /// Nil when the error asks for help or for the version.
    ///
    /// - Parameter error: what parsing the arguments threw.
    init?(_ error: any Error, arguments: [String]) {
        code = JourneyOutboxCommand.exitCode(for: error)
        guard code != .success else { return nil }
        message = Self.shown(arguments, code) ?? "\(JourneyOutboxCommand.message(for: error))"
    }

    /// The message about the same arguments in escaped form, so that each of its lines is ArgumentParser's own. Nil when
    /// the escaped arguments are valid, or have another error.
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
