import Delivery
import Deployment
import Foundation
import GRDB
import Operation

/// The identity that a database stores, read and written before a worker begins.
///
/// Each call is one short transaction.
package struct OutboxIdentity: IdentityStore {
    private let queue: DatabaseQueue
    private let presence: FilePresence

    /// Opens the database as a worker does. Throws `MissingDatabase` when there is none.
    package init(path: String) throws {
        self.init(try OutboxConnection.open(path, label: "identity"))
    }

    /// - Parameter queue: configured as `OutboxConnection` says.
    package init(_ queue: DatabaseQueue) {
        self.queue = queue
        presence = FilePresence(database: URL(fileURLWithPath: queue.path).resolvingSymlinksInPath().path)
    }

    package func identityRecord() throws -> IdentityRecord {
        try run { db in try db.inSavepoint { try IdentityTable(db: db).identityRecord() } }
    }

    /// Whether one of these batches is still being sent, according to the database.
    package func isSending(_ batches: [Int64]) throws -> Bool {
        try run { try BatchTable(db: $0).isSending(batches) }
    }

    /// The number of open intents with ids up to `mark`, those in a request included.
    package func open(upTo mark: Int64) throws -> Int {
        try run { db in
            try Int.fetchOne(
                db,
                sql: """
                    SELECT (SELECT count(*) FROM outbox WHERE id <= ?1)
                      + (SELECT count(*) FROM outbox_waiting WHERE id <= ?1)
                      + (SELECT coalesce(sum(size), 0) FROM outbox_batch
                         WHERE state <> 'settled' AND first_id <= ?1)
                    """, arguments: [mark]) ?? 0
        }
    }

    /// Stores where the database belongs from now on, and removes a pending adoption.
    package func bind(uuid: String, at site: DeploymentSite) throws {
        try change { db in
            try IdentityTable(db: db).bind(uuid: uuid, at: site)
            try IdentityTable(db: db).release()
        }
    }

    /// Stores that the whole outbox waits for an adoption by the operator.
    package func hold(_ need: AdoptionNeed, at now: WallTime) throws {
        try change { db in try IdentityTable(db: db).hold(need, at: now) }
    }

    /// Reports commits by other connections.
    package func commitSource() -> any CommitSource {
        CommitWatch(database: queue.path) {
            try run { db in try Int64.fetchOne(db.cachedStatement(sql: "PRAGMA data_version")) ?? 0 }
        }
    }

    private func change(_ body: (Database) throws -> Void) throws {
        try run { db in
            try db.inTransaction(.immediate) {
                try body(db)
                return .commit
            }
        }
    }

    /// Throws `StoreError.replaced` when another file has the database's path. A locked database throws nothing.
    package func requireItsPlace() throws {
        do {
            try run { _ in }
        } catch StoreError.busy {
            return
        }
    }

    private func run<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do {
            return try queue.writeWithoutTransaction { db in
                try presence.check(db)
                return try body(db)
            }
        } catch let error as DatabaseError where error.isBusy {
            throw StoreError.busy
        }
    }
}

extension Database {
    /// Reads several values of one moment.
    fileprivate func inSavepoint<Value>(_ read: () throws -> Value) throws -> Value {
        var value: Value?
        try inTransaction(.deferred) {
            value = try read()
            return .commit
        }
        guard let value else { throw StoreError.busy }
        return value
    }
}
