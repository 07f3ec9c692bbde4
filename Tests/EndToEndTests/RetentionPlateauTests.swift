import Foundation
import GRDB
import Testing

@testable import Delivery
@testable import SQLiteStore

/// What passes through leaves nothing behind but a file of the size that its retention needs.
///
/// `RETENTION_INTENTS` sets how many intents pass through, for a long run by hand.
@Suite(.timeLimit(.minutes(60)), .serialized)
struct RetentionPlateauTests {
    private static let intents: Int? = ProcessInfo.processInfo.environment["RETENTION_INTENTS"].flatMap { Int($0) }
    /// Rounds, a second of the clock each, that records are kept for.
    private static let retention = 20
    private static let roundsOfRetention = 6

    @Test(arguments: [Workbench.users, Workbench.entrance])
    func `the file stays within a fifth of its size after the first retention`(journey: Journey) async throws {
        let bench = try await StoreBench(journey)
        let isUsers = journey.entranceID == nil
        let count = Self.intents ?? (isUsers ? 12_000 : 3_600)
        let each = count / (Self.retention * Self.roundsOfRetention)
        var highest = 0
        var sizes: [Int] = []
        for round in 0..<(Self.retention * Self.roundsOfRetention) {
            let now = StoreBench.now + .seconds(round)
            try await pass(each, through: bench, at: now)
            while try await bench.store.prune(before: now - .seconds(Self.retention)) {}
            let pages: Int = try #require(try bench.query("PRAGMA page_count"))
            sizes.append(pages)
            if round < Self.retention + 2 { highest = max(highest, pages) }
        }
        let last = sizes.max() ?? 0
        print(
            "retention, \(journey.name): \(count) intents, \(highest) pages after the first retention, \(last) at most")
        #expect(Double(last) <= 1.2 * Double(highest), "\(highest) → \(last)")
        // Were nothing pruned, the file would be several times as large.
        #expect(try bench.query("SELECT count(*) FROM outbox_dedup") ?? 0 <= each * (Self.retention + 1))
        while try await bench.store.prune(before: .init(milliseconds: .max)) {}
        for table in ["outbox", "outbox_waiting", "outbox_batch", "outbox_dead", "outbox_dedup", "outbox_lane"] {
            #expect(try bench.query("SELECT count(*) FROM \(table)") == 0, "\(table)")
        }
    }

    /// So many intents come in and end: most are delivered, some die, some are cancelled; all have a dedup key, and
    /// some an ordering key.
    private func pass(_ count: Int, through bench: StoreBench, at now: WallTime) async throws {
        try await bench.business.write { [journey = bench.journey.name] db in
            for index in 0..<count {
                try db.cachedStatement(
                    sql: """
                        INSERT INTO outbox (journey, external_id, data, dedup_key, ordering_key, created_at)
                        VALUES (?, ?, '{"order":12345,"total":"12.50","currency":"EUR"}', ?, ?, ?)
                        """
                ).execute(arguments: [
                    journey, "customer-\(index)", UUID().uuidString, index % 10 == 0 ? "k\(index)" : nil,
                    now.milliseconds,
                ])
            }
            try db.execute(
                sql: "DELETE FROM outbox_intents WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT ?)",
                arguments: [count / 50])
        }
        var supply = Backlog.more
        while supply == .more {
            let result = try await bench.claim(batches: 16, at: now)
            supply = result.supplies[bench.journey.name] ?? .empty
            try await bench.settle(result.begun.map { settlement(of: $0, bench) }, at: now)
        }
    }

    /// One in twenty is rejected for good.
    private func settlement(of batch: Batch, _ bench: StoreBench) -> Settlement {
        var settlement = bench.delivered(batch)
        guard batch.size > 1 else { return batch.id % 20 == 0 ? bench.ended(batch, as: StoreBench.dead) : settlement }
        settlement.fate = .settled(.partlyRejected)
        for place in stride(from: 0, to: batch.size, by: 20) { settlement.leaving[place] = StoreBench.dead }
        return settlement
    }
}
