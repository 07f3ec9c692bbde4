import GRDB
import Synchronization

/// What `julianday('now')` is in the schema's triggers and defaults: the simulated machine's time.
///
/// A function of an application takes the place of SQLite's own of its name (sqlite.org/c3ref/create_function.html).
final class StatementTime: Sendable {
    struct Unset: Error {}

    private static let unixEpoch = 2_440_587.5
    private static let millisecondsPerDay = 86_400_000.0

    private let clock = Mutex<WallClock?>(nil)

    func follow(_ clock: WallClock) { self.clock.withLock { $0 = clock } }

    /// The configuration with the function on each of its connections.
    func told(to configuration: Configuration) -> Configuration {
        var configuration = configuration
        configuration.prepareDatabase { [self] db in
            db.add(
                function: DatabaseFunction("julianday", argumentCount: 1) { [self] _ in
                    guard let now = clock.withLock({ $0 })?.now else { throw Unset() }
                    return Double(now) / Self.millisecondsPerDay + Self.unixEpoch
                })
        }
        return configuration
    }
}
