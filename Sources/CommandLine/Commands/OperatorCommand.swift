import ArgumentParser
import Delivery
import PlainText
import SQLiteStore

/// A command that looks at the database or changes something in it, beside a running worker or without one.
protocol OperatorCommand: ParsableCommand {
    /// Whether it only looks.
    static var purpose: OperatorConnection.Purpose { get }
    var options: ConfigurationOptions { get }
    func perform(_ connection: OperatorConnection, at now: WallTime) throws
}

extension OperatorCommand {
    static var purpose: OperatorConnection.Purpose { .looking }

    func run() throws {
        do {
            let connection = try OperatorConnection(path: try options.databasePath(), for: Self.purpose)
            try perform(connection, at: SystemClock().now().wall)
        } catch let error as OutboxConnectionError {
            throw Failure.configuration("\(error)")
        } catch let error as OperatorError {
            if case .noOutbox = error { throw Failure.configuration("\(error)") }
            throw Failure.general("\(error)")
        }
    }
}
