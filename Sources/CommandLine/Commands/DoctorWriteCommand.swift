import ArgumentParser
import Operation
import PlainText

/// The write attempt of `doctor`, which root runs as another user.
struct DoctorWriteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor-write", abstract: "Try to write, and leave nothing behind.", shouldDisplay: false)

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
