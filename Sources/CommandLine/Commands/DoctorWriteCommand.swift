import ArgumentParser
import PlainText
import SQLiteStore

/// The doctor's own probe, run as another user.
struct DoctorWriteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor-write", abstract: "Try to write, and leave nothing behind.", shouldDisplay: false)

    @Option var database: String

    func run() throws {
        switch try probe() {
        case .writable: return
        case .locked: throw ExitCode(75)
        case .refused(let reason):
            Output.print("\(reason)")
            throw ExitCode(1)
        }
    }

    private func probe() throws -> WriteProbe.Finding {
        do {
            return try WriteProbe.attempt(database, patience: 2)
        } catch {
            return .refused("\(error)")
        }
    }
}
