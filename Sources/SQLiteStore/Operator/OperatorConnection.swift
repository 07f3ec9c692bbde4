import Delivery
import Deployment
import Foundation
import GRDB
import Operation

/// The connection of an operator's command: short transactions that wait for the locks of other connections.
package final class OperatorConnection: Sendable {
    /// How long a transaction waits for a lock, in seconds.
    package static let busyTimeout = TimeInterval(OperatorError.lockWaitSeconds)

    package let path: String
    private let queue: DatabaseQueue

    /// Opens a database that has an outbox.
    ///
    /// Writes are durable (`synchronous=FULL`), and the automatic checkpoint is off for the reason that
    /// `OutboxConnection` gives. Throws `MissingDatabase` when there is no file, `OperatorError` when there is no
    /// outbox in it.
    package convenience init(path: String, for purpose: OperatorPurpose, busyTimeout: TimeInterval = busyTimeout) throws
    {
        guard FileManager.default.fileExists(atPath: path) else { throw MissingDatabase(path: path) }
        let queue: DatabaseQueue
        do {
            queue = try DatabaseQueue(path: path, configuration: Self.configuration(purpose, busyTimeout: busyTimeout))
        } catch let error as DatabaseError {
            throw OperatorError(error)
        }
        try self.init(queue)
    }

    /// - Parameter queue: configured by `configuration`.
    package init(_ queue: DatabaseQueue) throws {
        self.queue = queue
        path = queue.path
        let hasOutbox = try read { db in try Self.hasOutbox(db) }
        guard hasOutbox else { throw OperatorError.noOutbox(path) }
    }

    package static func configuration(
        _ purpose: OperatorPurpose, busyTimeout: TimeInterval = busyTimeout
    ) -> Configuration {
        var configuration = Configuration()
        configuration.label = "operator"
        configuration.readonly = purpose == .looking
        configuration.busyMode = .timeout(busyTimeout)
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { db in
            if purpose == .changing { try db.execute(sql: "PRAGMA synchronous = FULL") }
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
            try db.execute(sql: "PRAGMA temp_store = MEMORY")
        }
        return configuration
    }

    /// One read transaction. Keep it short: in rollback mode writers cannot commit meanwhile.
    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do {
            return try queue.read(body)
        } catch let error as DatabaseError {
            throw OperatorError(error)
        }
    }

    /// One immediate transaction. An error thrown by `body` rolls it back.
    func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do {
            return try queue.writeWithoutTransaction { db in
                var value: Value?
                try db.inTransaction(.immediate) {
                    value = try body(db)
                    return .commit
                }
                guard let value else { throw OperatorError.busy }
                return value
            }
        } catch let error as DatabaseError {
            throw OperatorError(error)
        }
    }

    private static func hasOutbox(_ db: Database) throws -> Bool {
        try db.tableExists("outbox_meta")
    }
}

extension OperatorError {
    init(_ error: DatabaseError) {
        self = error.isBusy ? .busy : .database(error.message ?? error.description)
    }
}

extension OperatorConnection {
    /// The identity that the database stores, without changing anything.
    func identityRecord() throws -> IdentityRecord {
        try read { try IdentityTable(db: $0).identityRecord() }
    }

    /// Whether one of these batches is still being sent, according to the database.
    func isSending(_ batches: [Int64]) throws -> Bool {
        try read { try BatchTable(db: $0).isSending(batches) }
    }
}
