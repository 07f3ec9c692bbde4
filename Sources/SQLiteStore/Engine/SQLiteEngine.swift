import Delivery
import Deployment
import Foundation
import GRDB
import JourneyOutbox
import Operation
import OutboxMigrations

/// SQLite as the engine of one configured database.
public struct SQLiteEngine: OutboxEngine {
    public let database: String

    public init(database: String) {
        self.database = database
    }

    // MARK: Stores

    public func operatorStore(for purpose: OperatorPurpose, lockWait: Double) throws -> any OperatorStore {
        SQLiteOperatorStore(
            connection: try OperatorConnection(path: database, for: purpose, busyTimeout: lockWait))
    }

    public func workerStore(
        version: String, renewing: @escaping @Sendable (String) throws -> Void, isBusy: (Int) -> Void
    ) throws -> any WorkerStore {
        try OutboxConnection.patiently(isBusy: isBusy) {
            try SQLiteStore(path: database, version: version, renewing: renewing)
        }
    }

    public func identityStore() throws -> any IdentityStore { try OutboxIdentity(path: database) }

    public func deaths(since time: WallTime, isBusy: (Int) -> Void) throws -> DeathReport {
        try OutboxConnection.patiently(isBusy: isBusy) { try DeathsQuery(database: database).deaths(since: time) }
    }

    // MARK: Schema

    public func schema(isBusy: (Int) -> Void) throws -> (finding: SchemaFinding, connection: any OpenConnection) {
        try OutboxConnection.patiently(isBusy: isBusy) {
            let queue = try OutboxConnection.open(database, label: "schema")
            return (SchemaFinding(try queue.read { try Outbox.check($0) }), SQLiteOpenConnection(queue))
        }
    }

    public var migrationSQL: String { Migrations.all.map(\.up).joined(separator: "\n") }

    public func migrate(enablesWAL: Bool) throws -> MigrationReport {
        guard FileManager.default.fileExists(atPath: database) else {
            throw MigrationError.missingDatabase(database)
        }
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        let queue = try DatabaseQueue(path: database, configuration: configuration)
        let applied: [String]
        do {
            applied = try Outbox.migrate(queue)
        } catch let error as OutboxError {
            throw MigrationError.refused("\(error)")
        }
        if enablesWAL { try switchToWAL(queue) }
        let mode = try queue.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") }
        return MigrationReport(applied: applied, journalMode: mode)
    }

    private func switchToWAL(_ queue: DatabaseQueue) throws {
        let mode = try queue.writeWithoutTransaction { try String.fetchOne($0, sql: "PRAGMA journal_mode = WAL") }
        guard mode == "wal" else { throw MigrationError.journalModeStays(mode ?? "unknown") }
    }

    // MARK: The worker's lease

    public func takeLease(
        until deadline: ContinuousClock.Instant?, onWait: @Sendable (_ path: String, _ holder: String) -> Void,
        onLook: @Sendable () -> Void
    ) async throws -> any WorkerLease {
        do {
            return try await Standby(forDatabase: database, until: deadline).take(onWait: onWait, onLook: onLook)
        } catch let failure as WorkerLockError {
            throw WorkerLeaseError(description: "\(failure)")
        }
    }

    // MARK: Looks

    public func formerPath(
        at path: String, from database: String, isKnown: (String) -> Bool
    ) -> StateEvidence.FormerPath {
        OldPlaceLook.look(at: path, from: database, knows: isKnown)
    }

    public func attemptWrite(patience: Double) throws -> WriteAccess {
        try WriteProbe.attempt(database, patience: patience)
    }

    public var checks: any EngineChecks { SQLiteChecks(database: database) }

    public func demoShop() throws -> any DemoShop { try SQLiteShop(path: database) }
}

extension WorkerLock: WorkerLease {}

extension SQLiteStore: WorkerStore {
    public func commitSource() -> any CommitSource { commits() }
}

/// The connection through which the schema was read.
final class SQLiteOpenConnection: OpenConnection {
    private let queue: DatabaseQueue

    init(_ queue: DatabaseQueue) {
        self.queue = queue
    }
}

extension SchemaFinding {
    init(_ report: SchemaReport) {
        self.init(
            problems: report.problems, canMigrate: report.newerVersion == nil && report.foreignEncoding == nil)
    }
}
