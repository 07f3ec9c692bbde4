import ArgumentParser
import Foundation
import PlainText

/// What could keep intents from being delivered, and what to do about it.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check everything that delivering depends on, and say what fixes it.",
        discussion: """
            Asks the API for its list of journeys, which has no effect there, and tries to write the database as the \
            worker and a producer would, which leaves nothing behind. As root it tries it as their users. Exits 1 when a \
            check fails; a warning does not.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Option(
        help: ArgumentHelp(
            "The user that the worker runs as. Default: the running worker's, else journey-outbox.", valueName: "user"))
    var workerUser: String?

    @Option(help: ArgumentHelp("A user that inserts intents. Default: the database's owner.", valueName: "user"))
    var producerUser: String?

    @OptionGroup var answer: AnswerOptions

    func run() async throws {
        let doctor = Doctor(options: options, workerUser: workerUser, producerUser: producerUser)
        let checks = await ProgressLine("examining").follow { await doctor.examine() }
        let verdict = checks.map(\.verdict).max() ?? .ok
        answer.print(Self.json(checks, verdict)) { Self.text(checks, on: $0) }
        if verdict == .fail { throw ExitCode(1) }
    }

    private static func json(_ checks: [Check], _ verdict: Check.Verdict) -> JSON {
        .object([
            .init("verdict", .string(verdict.rawValue)),
            .init(
                "checks",
                .array(
                    checks.map { check in
                        .object([
                            .init("name", .string(check.name)), .init("verdict", .string(check.verdict.rawValue)),
                            .init("finding", .string(check.finding)), .init("remedy", .of(check.remedy)),
                        ])
                    })),
        ])
    }

    /// One line for each check, and below it what to do.
    private static func text(_ checks: [Check], on terminal: Terminal) -> PlainText {
        checks.flatMap { check -> [PlainText] in
            let mark = check.verdict.rawValue.padding(toLength: 4, withPad: " ", startingAt: 0)
            let color: TextTable.Style =
                switch check.verdict {
                case .ok: .good
                case .warn: .warning
                case .fail: .bad
                }
            let line: PlainText = "\(terminal.styled("\(mark)", color))  \(check.name): \(check.finding)"
            return [line] + (check.remedy.map { ["      fix: \($0)"] } ?? [])
        }.joined(separator: "\n")
    }
}
