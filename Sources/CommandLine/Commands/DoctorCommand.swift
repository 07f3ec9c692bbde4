import ArgumentParser
import Foundation
import Operation
import PlainText

/// Finds what could prevent delivery, and says how to fix it.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check everything that delivery depends on, and say how to correct it.",
        discussion: """
            Requests the API's list of journeys, which changes nothing there. Tries to write the database as the worker \
            and a producer would, and rolls the write back; as root, it does this as their users. Exits 1 when a check \
            fails; a warning does not change the exit code.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Option(
        help: ArgumentHelp(
            "The user that the worker runs as. Default: the running worker's, else journey-outbox.", valueName: "user"))
    var workerUser: String?

    @Option(help: ArgumentHelp("A user that inserts intents. Default: the database's owner.", valueName: "user"))
    var producerUser: String?

    @OptionGroup var format: FormatOptions

    func run() async throws {
        let doctor = Doctor(options: options, workerUser: workerUser, producerUser: producerUser)
        let checks = await ProgressLine("examining").follow { await doctor.examine() }
        let severity = checks.map(\.severity).max() ?? .ok
        format.print(Self.json(checks, severity)) { Self.text(checks, on: $0) }
        if severity == .fail { throw ExitCode(1) }
    }

    private static func json(_ checks: [Check], _ severity: Check.Severity) -> JSON {
        .object([
            .init("verdict", .string(severity.rawValue)),
            .init(
                "checks",
                .array(
                    checks.map { check in
                        .object([
                            .init("name", .string(check.name)), .init("verdict", .string(check.severity.rawValue)),
                            .init("finding", .string(check.finding)), .init("remedy", .of(check.remedy)),
                        ])
                    })),
        ])
    }

    /// One line for each check, and its remedy below it.
    private static func text(_ checks: [Check], on terminal: Terminal) -> PlainText {
        checks.flatMap { check -> [PlainText] in
            let mark = check.severity.rawValue.padding(toLength: 4, withPad: " ", startingAt: 0)
            let color: TextTable.Style =
                switch check.severity {
                case .ok: .good
                case .warn: .warning
                case .fail: .bad
                }
            let line: PlainText = "\(terminal.styled("\(mark)", color))  \(check.name): \(check.finding)"
            return [line] + (check.remedy.map { ["      fix: \($0)"] } ?? [])
        }.joined(separator: "\n")
    }
}

/// The write attempt of `doctor`, which root runs as another user.
struct DoctorWriteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor-write", abstract: "Try a write, and roll it back.", shouldDisplay: false)

    @Option var database: String

    func run() throws {
        switch attempt() {
        case .writable: return
        case .locked: throw ExitCode(75)
        case .refused(let reason):
            Output.print("\(reason)")
            throw ExitCode(1)
        }
    }

    private func attempt() -> WriteAccess {
        do {
            return try Engine.engine(for: database).attemptWrite(patience: 2)
        } catch {
            return .refused("\(error)")
        }
    }
}
