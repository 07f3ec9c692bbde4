import Delivery
import GRDB
import Operation
import SQLiteStore
import Synchronization

/// The database of a run and everybody's connections to it: producers, workers, persons and the checker.
///
/// It serves one run after the other. Connections stay open from process to process and from run to run, each to one user
/// at a time: to compile all statements anew takes longer than a worker's whole life.
final class SharedDatabase: Sendable {
    private let file = MemoryFile()
    /// Of producers and the checker. To be read without `PRAGMA query_only`, which makes SQLite compile every statement
    /// anew.
    let queue: DatabaseQueue
    private let person: DatabaseQueue
    private let visitor: DatabaseQueue
    /// Open, and no worker's.
    private let free = Mutex<[DatabaseQueue]>([])
    /// What SQL itself stamps.
    private let time = StatementTime()

    init(_ template: [UInt8]) throws {
        var configuration = Configuration()
        configuration.label = "producer"
        configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA synchronous = OFF") }
        queue = try DatabaseQueue(path: file.path, configuration: time.told(to: configuration))
        try file.put(template, through: queue)
        person = try DatabaseQueue(
            path: file.path, configuration: time.told(to: OperatorConnection.configuration(.changing)))
        visitor = try DatabaseQueue(
            path: file.path, configuration: time.told(to: OutboxConnection.configuration(label: "identity")))
    }

    /// Lets SQL's own stamps be what this clock shows.
    func follow(_ clock: WallClock) { time.follow(clock) }

    // MARK: Who uses it

    func connection() throws -> OperatorConnection { try OperatorConnection(person) }

    func identity() -> OutboxIdentity { OutboxIdentity(visitor) }

    /// A worker's own, until it is given back.
    func borrow() throws -> DatabaseQueue {
        if let queue = free.withLock({ $0.popLast() }) { return queue }
        return try DatabaseQueue(
            path: file.path, configuration: time.told(to: OutboxConnection.configuration(label: "worker")))
    }

    func giveBack(_ queue: DatabaseQueue) { free.withLock { $0.append(queue) } }

    // MARK: Its bytes

    func bytes() throws -> [UInt8] { try file.bytes(through: queue) }

    /// Replaces all there is, as a person does who puts a backup in its place while nobody works on it.
    func put(_ bytes: [UInt8]) throws { try file.put(bytes, through: queue) }
}
