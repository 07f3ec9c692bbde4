import Foundation
import GRDB
import JourneyOutbox
import SQLiteStore
import Testing

@testable import Delivery

/// A success proves that its journey works, so that a row refused alone before it becomes a dead letter; not where the
/// success has ended a park, because then a setting was the cause.
@Suite struct RefusalClearingTests {
    @Test(arguments: [true, false])
    func `a success that ends a park makes no row dead that was refused in the same round`(
        endsPark: Bool
    ) async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("clear-\(UUID().uuidString).db").path
        defer { _ = unlink(path) }
        let database = try DatabaseQueue(path: path)
        try Outbox.migrate(database)
        try await database.write { db in
            try db.execute(sql: "INSERT INTO outbox (journey, external_id) VALUES ('welcome', 'c1'), ('welcome', 'c2')")
        }
        let store = try SQLiteStore(path: path)
        let now = WallTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        _ = try await store.takeOver(at: now)
        var claiming = Round(now: now, trustedTime: now)
        claiming.claims = [
            ClaimRequest(
                journey: Journey(name: "welcome", id: 33),
                target: Target(url: "", journey: 33, entrance: nil, version: ""), apiKeyFingerprint: "", batches: 1,
                rowsMax: 1, bodyBytesMax: 1000, linger: .zero)
        ]
        let begun = try await store.commit(claiming).begun + store.commit(claiming).begun
        try #require(begun.count == 2)
        var refused = Settlement(batch: begun[0], fate: .settled(.rejected), record: AnswerRecord(status: 422))
        refused.leaving[0] = .waiting(
            Settlement.Waiting(
                attempts: 1, dueAt: now, rejection: Rejection(code: "validation_failed", message: "no"),
                isRefusedAlone: true))
        var accepted = Settlement(
            batch: begun[1], fate: .settled(.delivered), record: AnswerRecord(status: 200), provesJourneyWorks: true)
        accepted.begunAt = now + .seconds(1)
        accepted.clearsRefusals = endsPark
        var round = Round(now: now, trustedTime: now)
        round.settlements = [refused, accepted]
        _ = try await store.commit(round)
        let (waiting, dead) = try await database.read { db in
            (
                try Int.fetchOne(db, sql: "SELECT count(*) FROM outbox_waiting WHERE refused_alone IS NULL") ?? 0,
                try Int.fetchOne(db, sql: "SELECT count(*) FROM outbox_dead") ?? 0
            )
        }
        #expect((waiting, dead) == (endsPark ? (1, 0) : (0, 1)))
    }
}
