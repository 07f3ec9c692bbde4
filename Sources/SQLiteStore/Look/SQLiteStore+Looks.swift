import Delivery
import GRDB

/// What a worker reads without changing anything.
extension SQLiteStore {
    public func dueWork(journeys: [String], at now: WallTime) async throws -> DueWork {
        try await read { db in
            var supplied: Set<String> = []
            var nextDue: [String: WallTime] = [:]
            for journey in journeys {
                let look = try DueWorkQuery(db: db).look(journey, at: now)
                if look.hasDue { supplied.insert(journey) }
                nextDue[journey] = look.nextDue
            }
            return DueWork(supplied: supplied, nextDue: nextDue, pauses: try PauseTable(db: db).all())
        }
    }

    public func drainGoal(at now: WallTime) async throws -> DrainGoal {
        try await read { db in
            let last = try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'"))
            return DrainGoal(lastID: last ?? 0, dueBy: now)
        }
    }

    public func remaining(of goal: DrainGoal, journeys: [String], at now: WallTime) async throws -> Remaining {
        try await read { db in
            try RemainingQuery(db: db, goal: goal, journeys: Set(journeys.map(JourneyName.init))).count()
        }
    }

    /// The source of news that another connection has committed.
    /// - Parameter interval: how often the database is read while events come.
    public func commits(lookingEvery interval: Duration = CommitWatch.slowInterval) -> CommitWatch {
        CommitWatch(database: queue.path, interval: interval) { try await self.dataVersion() }
    }

    /// A number that changes with every commit of another connection.
    func dataVersion() async throws -> Int64 {
        // No transaction is needed for one value, and this is read often.
        try await lookingWithoutTransaction { db in
            let version = try Int64.fetchOne(db.cachedStatement(sql: "PRAGMA data_version")) ?? 0
            try self.presence.check(db)
            return version
        }
    }
}
