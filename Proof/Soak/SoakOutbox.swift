import Delivery
import Foundation
import GRDB
import JourneyOutbox
import SQLiteStore

/// A business database with an outbox, and the worker's store on it, driven round by round.
final class SoakOutbox: Sendable {
    static let start = WallTime(milliseconds: 1_800_000_000_000)
    /// Intents that a producer commits at once.
    static let insertMax = 5_000

    let path: String
    let journey: Journey
    let business: DatabaseQueue
    let store: SQLiteStore
    private let folder: URL

    init(_ journey: Journey) async throws {
        self.journey = journey
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("soak-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.appendingPathComponent("app.db").path
        business = try DatabaseQueue(path: path)
        try await business.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
        try Outbox.migrate(business)
        store = try SQLiteStore(path: path)
        _ = try await store.takeOver(at: Self.start)
    }

    func remove() throws {
        try FileManager.default.removeItem(at: folder)
    }

    /// Commits so many intents, each of a contact of its own, all with a dedup key and one in ten with an ordering key.
    func insert(_ count: Int, at now: WallTime, scheduledAt: WallTime? = nil) async throws {
        var done = 0
        while done < count {
            let (first, chunk) = (done, min(Self.insertMax, count - done))
            try await business.write { [name = journey.name] db in
                let statement = try db.cachedStatement(
                    sql: """
                        INSERT INTO outbox
                          (journey, external_id, data, dedup_key, ordering_key, scheduled_at, created_at)
                        VALUES (?, ?, '{"order":12345,"total":"12.50","currency":"EUR"}', ?, ?, ?, ?)
                        """)
                for index in first..<(first + chunk) {
                    try statement.execute(arguments: [
                        name, "customer-\(index)", "\(now.milliseconds)-\(index)", index % 10 == 0 ? "k\(index)" : nil,
                        scheduledAt?.milliseconds, now.milliseconds,
                    ])
                }
            }
            done += chunk
        }
    }

    /// One round: these settlements, and one claim.
    func round(_ settlements: [Settlement] = [], claiming batches: Int, at now: WallTime) async throws -> RoundResult {
        var round = Round(now: now, trustedTime: now)
        round.settlements = settlements
        round.claims = [
            ClaimRequest(
                journey: journey,
                target: Target(
                    url: "http://127.0.0.1:1/api/client", journey: journey.id, entrance: journey.entranceID,
                    version: "2026-04-28"), apiKeyFingerprint: "fp", batches: batches, rowsMax: 100,
                bodyBytesMax: 1 << 20, linger: .zero)
        ]
        return try await store.commit(round)
    }

    /// Claims and delivers until nothing more is due; every twentieth intent is rejected for good.
    func deliverAll(at now: WallTime, onRound: (RoundResult) -> Void = { _ in }) async throws {
        var settlements: [Settlement] = []
        while true {
            let result = try await round(settlements, claiming: 400, at: now)
            onRound(result)
            guard !result.begun.isEmpty else { return }
            settlements = result.begun.map(Self.settlement)
        }
    }

    private static func settlement(of batch: Batch) -> Settlement {
        let dead = Settlement.Leaving.dead(Rejection(code: "refused", message: "no"), attempts: 1)
        var settlement = Settlement(of: batch, as: .settled(.delivered))
        let places = batch.size == 1 ? (batch.id % 20 == 0 ? [0] : []) : Array(stride(from: 0, to: batch.size, by: 20))
        for place in places { settlement.leaving[place] = dead }
        if !places.isEmpty { settlement.fate = .settled(batch.size == 1 ? .rejected : .partlyRejected) }
        return settlement
    }

    // MARK: Looking

    func number(_ sql: String) async throws -> Int {
        try await business.read { try Int.fetchOne($0, sql: sql) ?? 0 }
    }

    func bytes(_ suffix: String) throws -> Int {
        let file = path + suffix
        guard FileManager.default.fileExists(atPath: file) else { return 0 }
        return try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int ?? 0
    }
}
