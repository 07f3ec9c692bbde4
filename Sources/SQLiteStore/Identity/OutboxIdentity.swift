import Delivery
import Deployment
import Foundation
import GRDB

/// A database's own word on whose it is, before any worker begins on it.
///
/// Each call is one short transaction; a database that stays locked is reported as `StoreError.busy`, another file in its
/// place as `StoreError.replaced`.
public struct OutboxIdentity: Sendable {
    private let queue: DatabaseQueue
    private let presence: FilePresence

    /// Opens the database as a worker does; throws `OutboxConnectionError` when there is none.
    public init(path: String) throws {
        self.init(try OutboxConnection.open(path, label: "identity"))
    }

    /// - Parameter queue: configured as `OutboxConnection` says.
    package init(_ queue: DatabaseQueue) {
        self.queue = queue
        presence = FilePresence(database: URL(fileURLWithPath: queue.path).resolvingSymlinksInPath().path)
    }

    public func identityRecord() throws -> IdentityRecord {
        try run { db in try db.inSavepoint { try IdentityTable(db: db).identityRecord() } }
    }

    /// Whether one of these batches is still being sent, as the database has it.
    public func isSending(_ batches: [Int64]) throws -> Bool {
        try run { try BatchTable(db: $0).isSending(batches) }
    }

    /// How many open intents there are up to `mark`, being sent or not.
    public func open(upTo mark: Int64) throws -> Int {
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

    /// Stores whose the database is from now on, and that it waits for nobody.
    public func bind(uuid: String, at site: DeploymentSite) throws {
        try change { db in
            try IdentityTable(db: db).bind(uuid: uuid, at: site)
            try IdentityTable(db: db).release()
        }
    }

    /// Stores that everything waits for a person.
    public func hold(_ need: AdoptionNeed, at now: WallTime) throws {
        try change { db in try IdentityTable(db: db).hold(need, at: now) }
    }

    /// What tells that another connection has committed.
    public func commits() -> CommitWatch {
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

    /// Throws `StoreError.replaced` when another file has taken the database's path; somebody who holds it is no reason.
    public func requireItsPlace() throws {
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
