import Delivery
import GRDB
import Synchronization

/// What keeps the outbox and its log small.
extension SQLiteStore {
    public func prune(before time: WallTime) async throws -> Bool {
        let position = prunedTo.withLock { $0 }
        let fence = lease.withLock { $0.fence }
        let (next, isMoreLeft) = try await write { db in
            try MetaTable(db: db).require(fence: fence)
            var pruning = Pruning(db: db, before: time, position: position)
            let isMoreLeft = try pruning.step()
            return (pruning.position, isMoreLeft)
        }
        prunedTo.withLock { $0 = isMoreLeft ? next : Pruning.Position() }
        return isMoreLeft
    }

    public func checkpoint(afterPages pages: Int) async throws -> WriteAheadLog? {
        do {
            return try await queue.writeWithoutTransaction { db in
                try Checkpoint(db: db).make(ifWritten: pages)
            }
        } catch let error as DatabaseError where error.isBusy {
            throw StoreError.busy
        }
    }

    /// However fast a backlog drains, the log is no longer than a few of these: what a crash leaves is read again.
    static let logPagesMax = 16_384

    func shortenLog() async throws {
        do {
            _ = try await checkpoint(afterPages: Self.logPagesMax)
        } catch StoreError.busy {
            // Another connection checkpoints.
        }
    }

    public func store(pinnedSince: WallTime?) async throws {
        let fence = lease.withLock { $0.fence }
        try await write { db in
            try MetaTable(db: db).require(fence: fence)
            try MetaTable(db: db).set(.pinnedSince, pinnedSince.map { String($0.milliseconds) })
        }
    }
}
