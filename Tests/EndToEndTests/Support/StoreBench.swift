import Foundation
import GRDB
import JourneyOutbox
import SQLiteStore

@testable import Delivery

/// A business database with an outbox and the store on it, driven round by round without a worker.
final class StoreBench: Sendable {
    static let now = WallTime(milliseconds: 1_800_000_000_000)

    let folder: URL
    let business: DatabaseQueue
    let store: SQLiteStore
    let journey: Journey

    var path: String { folder.appendingPathComponent("app.db").path }

    init(_ journey: Journey = Workbench.users) async throws {
        self.journey = journey
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        let path = folder.appendingPathComponent("app.db").path
        business = try DatabaseQueue(path: path, configuration: configuration)
        try await business.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
        try Outbox.migrate(business)
        store = try SQLiteStore(path: path)
        _ = try await store.takeOver(at: Self.now)
        var round = Round(now: Self.now, trustedTime: Self.now)
        round.onDead = [journey.name: journey.onDead]
        _ = try await store.commit(round)
    }

    deinit {
        do {
            try FileManager.default.removeItem(at: folder)
        } catch {
            print("left behind: \(folder.path): \(error)")
        }
    }

    // MARK: Producing

    /// Commits one intent for each ordering key given, each of another contact; the ids in their order.
    @discardableResult
    func insert(
        _ keys: [String?], contact: ((Int) -> String)? = nil, scheduledAt: WallTime? = nil, expiresAt: WallTime? = nil
    ) throws -> [Int64] {
        try business.write { db in
            try keys.enumerated().map { index, key in
                try db.cachedStatement(
                    sql: """
                        INSERT INTO outbox (journey, external_id, data, ordering_key, scheduled_at, expires_at, created_at)
                        VALUES (?, ?, '{"n":1}', ?, ?, ?, ?)
                        """
                ).execute(arguments: [
                    journey.name, contact?(index) ?? UUID().uuidString, key, scheduledAt?.milliseconds,
                    expiresAt?.milliseconds, Self.now.milliseconds - 60_000,
                ])
                return db.lastInsertedRowID
            }
        }
    }

    // MARK: Working

    func order(batches: Int = 1, rowsMax: Int = 100) -> ClaimRequest {
        ClaimRequest(
            journey: journey,
            target: Target(
                url: "http://127.0.0.1:1/api/client", journey: journey.id, entrance: journey.entranceID,
                version: "2026-04-28"), apiKeyFingerprint: "fp", batches: batches, rowsMax: rowsMax,
            bodyBytesMax: 1 << 20, linger: .zero)
    }

    /// One round with these settlements and one claim.
    @discardableResult
    func claim(_ settlements: [Settlement] = [], batches: Int = 1, at now: WallTime = StoreBench.now) async throws
        -> RoundResult
    {
        var round = Round(now: now, trustedTime: now)
        round.settlements = settlements
        round.claims = [order(batches: batches)]
        return try await store.commit(round)
    }

    /// Claims until nothing more is to be had, and says which intents each batch took.
    func claimAll(at now: WallTime = StoreBench.now) async throws -> [Batch] {
        var batches: [Batch] = []
        while true {
            let result = try await claim(at: now)
            batches += result.begun
            if result.supplies[journey.name] != .more { return batches }
        }
    }

    @discardableResult
    func settle(_ settlements: [Settlement], at now: WallTime = StoreBench.now) async throws -> RoundResult {
        var round = Round(now: now, trustedTime: now)
        round.settlements = settlements
        return try await store.commit(round)
    }

    func delivered(_ batch: Batch) -> Settlement {
        Settlement(batch: batch, fate: .settled(.delivered), record: AnswerRecord(code: nil))
    }

    /// Every member ends in the same way.
    func ended(_ batch: Batch, as leaving: Settlement.Leaving) -> Settlement {
        var settlement = Settlement(batch: batch, fate: .settled(.rejected), record: AnswerRecord(code: "refused"))
        for place in 0..<batch.size { settlement.leaving[place] = leaving }
        return settlement
    }

    static let dead = Settlement.Leaving.dead(Rejection(code: "refused", message: "no"), attempts: 1)

    // MARK: Looking

    func states() throws -> [Int64: String] {
        let rows = try business.read { db in
            try Row.fetchAll(
                db,
                sql: "SELECT id, state FROM outbox_intents UNION ALL SELECT id, state FROM outbox_history")
        }
        return Dictionary(rows.map { ($0[0], $0[1]) }) { "\($0)+\($1)" }
    }

    func query<Value: DatabaseValueConvertible & Sendable>(_ sql: String) throws -> Value? {
        try business.read { try Value.fetchOne($0, sql: sql) }
    }

    func run(_ sql: String) throws {
        try business.write { try $0.execute(sql: sql) }
    }

    /// What the lanes say: by key, the intents that may travel.
    func lanes() throws -> [String: [Int64]] {
        let rows = try business.read { db in
            try Row.fetchAll(db, sql: "SELECT ordering_key, open_id FROM outbox_lane ORDER BY open_id")
        }
        return Dictionary(grouping: rows, by: { $0[0] }).mapValues { $0.map { $0[1] } }
    }
}

extension Batch {
    var ids: [Int64] { get throws { try members.decode().map(\.id) } }
}

extension [Batch] {
    var ids: [Int64] { get throws { try flatMap { try $0.ids } } }
}
