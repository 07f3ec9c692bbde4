import GRDB
import Synchronization

/// The wall clock of the simulated machine. It differs from the simulated time by the sum of all steps of the clock.
final class WallClock: Sendable {
    private let eventQueue: EventQueue
    private let offset = Mutex<Int64>(0)

    init(_ eventQueue: EventQueue) { self.eventQueue = eventQueue }

    /// The difference to the simulated time, in milliseconds; positive when the clock is ahead.
    var ahead: Int64 { offset.withLock { $0 } }

    /// The time that the clock shows, in milliseconds of Unix time.
    var now: Int64 { eventQueue.now + ahead }

    func step(by milliseconds: Int64) { offset.withLock { $0 += milliseconds } }
}

/// Makes `julianday('now')` return the time of the simulated wall clock, for the schema's triggers and defaults.
///
/// A function that the application defines replaces SQLite's built-in function of the same name and argument count
/// (sqlite.org/c3ref/create_function.html).
final class StatementClock: Sendable {
    struct ClockNotSet: Error {}

    private static let unixEpoch = 2_440_587.5
    private static let millisecondsPerDay = 86_400_000.0

    private let clock = Mutex<WallClock?>(nil)

    func follow(_ clock: WallClock) { self.clock.withLock { $0 = clock } }

    /// Returns the configuration with the function added to each of its connections.
    func installed(in configuration: Configuration) -> Configuration {
        var configuration = configuration
        configuration.prepareDatabase { [self] db in
            db.add(
                function: DatabaseFunction("julianday", argumentCount: 1) { [self] _ in
                    guard let now = clock.withLock({ $0 })?.now else { throw ClockNotSet() }
                    return Double(now) / Self.millisecondsPerDay + Self.unixEpoch
                })
        }
        return configuration
    }
}
