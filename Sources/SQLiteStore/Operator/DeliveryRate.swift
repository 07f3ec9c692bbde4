import Delivery
import GRDB

/// The rate of delivery in the last minute, from the newest settled batches.
struct DeliveryRate {
    static let window: Duration = .seconds(60)
    /// Batches read, at most. At a higher rate the window is shorter.
    static let batchesMax = 1_000

    let db: Database
    let now: WallTime

    /// Intents per second; 0 when nothing was delivered within the window.
    func perSecond() throws -> Double {
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT coalesce(sum(size), 0), min(settled_at) FROM (
                      SELECT size, settled_at FROM outbox_batch
                      WHERE state = 'settled' AND settled_at > ? AND settled_at <= ?
                      ORDER BY settled_at DESC LIMIT \(Self.batchesMax))
                    """),
            arguments: [(now - Self.window).milliseconds, now.milliseconds])
        guard let row, let count: Int = row[0], let first: Int64 = row[1] else { return 0 }
        return Double(count) / max(1, (now - WallTime(milliseconds: first)).seconds)
    }
}
