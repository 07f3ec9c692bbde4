import Foundation
import GRDB
import JourneyOutbox
import SQLiteStore

@testable import Delivery

/// An answer to a first attempt that is settled after the second has begun: the one thing that no run of the simulation
/// can come to while the fence holds, since one worker has at most one attempt of a batch under way.
struct LateSettlement {
    /// Whether the late answer has changed the batch.
    func hasChangedTheBatch() async throws -> Bool {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("late-\(UUID().uuidString).db").path
        defer { _ = unlink(path) }
        let database = try DatabaseQueue(path: path)
        try Outbox.migrate(database)
        try await database.write { db in
            try db.execute(sql: "INSERT INTO outbox (journey, external_id) VALUES ('welcome', 'c1')")
        }
        let store = try SQLiteStore(path: path)
        let now = WallTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        _ = try await store.takeOver(at: now)
        let journey = Journey(name: "welcome", id: 33)
        var claiming = Round(now: now, trustedTime: now)
        claiming.claims = [
            ClaimRequest(
                journey: journey, target: Target(url: "", journey: 33, entrance: nil, version: ""),
                apiKeyFingerprint: "", batches: 1, rowsMax: 1, bodyBytesMax: 1000, linger: .zero)
        ]
        guard let first = try await store.commit(claiming).begun.first else { return false }
        var resuming = Round(now: now, trustedTime: now)
        resuming.resumes = [first]
        _ = try await store.commit(resuming)
        var late = Round(now: now, trustedTime: now)
        late.settlements = [
            Settlement(batch: first, fate: .settled(.delivered), record: AnswerRecord(status: 200))
        ]
        _ = try await store.commit(late)
        return try await database.read { db in
            try String.fetchOne(db, sql: "SELECT state FROM outbox_batch") != "sending"
        }
    }
}
