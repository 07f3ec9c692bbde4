import ArgumentParser
import Delivery
import Operation
import PlainText

/// A command that reads or changes the database, with or without a running worker.
protocol OperatorCommand: ParsableCommand {
    static var purpose: OperatorPurpose { get }
    var options: ConfigurationOptions { get }
    func perform(_ store: any OperatorStore, at now: WallTime) throws
}

extension OperatorCommand {
    static var purpose: OperatorPurpose { .looking }

    func run() throws {
        do {
            let store = try Engine.engine(for: try options.databasePath()).operatorStore(for: Self.purpose)
            try perform(store, at: SystemClock().now().wall)
        } catch let error as MissingDatabase {
            throw CommandFailure.configuration("\(error)")
        } catch is InvalidCursor {
            throw CommandFailure.usage("--cursor takes the next_cursor of an earlier listing")
        } catch let error as OperatorError {
            if case .noOutbox = error { throw CommandFailure.configuration("\(error)") }
            throw CommandFailure.general("\(error)")
        }
    }
}
