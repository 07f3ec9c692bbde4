import Delivery
import GRDB
import Operation
import SQLiteStore
import Synchronization

/// The database of a run, and all connections to it: of the producer, the workers, the operator and the checkers.
///
/// It is used by one run after the other. Connections stay open between processes and runs, and each has one user at a
/// time.
/// Compiling all statements again would take longer than a typical worker runs.
final class SharedDatabase: Sendable {
    private let file = MemoryFile()
    /// The connection of the producer and the checkers. Reads use `unsafeRead`, because `PRAGMA query_only` makes
    /// SQLite compile every statement again.
    let queue: DatabaseQueue
    private let operatorQueue: DatabaseQueue
    private let identityQueue: DatabaseQueue
    /// Open connections for workers that no worker uses.
    private let free = Mutex<[DatabaseQueue]>([])
    /// The time that SQL statements see.
    private let statementClock = StatementClock()

    init(_ template: [UInt8]) throws {
        var configuration = Configuration()
        configuration.label = "producer"
        configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA synchronous = OFF") }
        queue = try DatabaseQueue(path: file.path, configuration: statementClock.installed(in: configuration))
        try file.put(template, through: queue)
        operatorQueue = try DatabaseQueue(
            path: file.path, configuration: statementClock.installed(in: OperatorConnection.configuration(.changing)))
        identityQueue = try DatabaseQueue(
            path: file.path,
            configuration: statementClock.installed(in: OutboxConnection.configuration(label: "identity")))
    }

    /// Makes SQL statements see the time of this clock.
    func follow(_ clock: WallClock) { statementClock.follow(clock) }

    // MARK: Connections

    func connection() throws -> OperatorConnection { try OperatorConnection(operatorQueue) }

    func identity() -> OutboxIdentity { OutboxIdentity(identityQueue) }

    /// Returns a connection for one worker, until it is given back.
    func borrow() throws -> DatabaseQueue {
        if let queue = free.withLock({ $0.popLast() }) { return queue }
        return try DatabaseQueue(
            path: file.path,
            configuration: statementClock.installed(in: OutboxConnection.configuration(label: "worker")))
    }

    func giveBack(_ queue: DatabaseQueue) { free.withLock { $0.append(queue) } }

    // MARK: Content

    func bytes() throws -> [UInt8] { try file.bytes(through: queue) }

    /// Replaces the content, as an operator does who restores a backup while no process uses the database.
    func put(_ bytes: [UInt8]) throws { try file.put(bytes, through: queue) }
}
