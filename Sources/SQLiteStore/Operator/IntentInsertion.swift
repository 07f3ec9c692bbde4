import Delivery
import Foundation
import GRDB
import Operation

/// Inserts intents as a producer does: by plain INSERTs into `outbox`, all in one transaction.
struct IntentInsertion {
    let connection: OperatorConnection

    init(_ connection: OperatorConnection) {
        self.connection = connection
    }

    /// Inserts all of them, or throws `EnqueueRefusal` and inserts none.
    func insert(_ intents: [NewIntent]) throws -> EnqueueReport {
        try connection.write { db in
            var report = EnqueueReport()
            for (index, intent) in intents.enumerated() {
                do {
                    try execute(intent, db)
                } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
                    throw EnqueueRefusal(index: index, message: error.message ?? error.description)
                }
                // A repeated dedup key changes no row and keeps the connection's last id.
                if db.changesCount > 0 { report.ids.append(db.lastInsertedRowID) } else { report.duplicates += 1 }
            }
            return report
        }
    }

    /// Texts are bound as blobs and cast: a bound string would end at its first NUL before a guard could check it.
    private func execute(_ intent: NewIntent, _ db: Database) throws {
        let created = intent.createdAt == nil ? ("", "") : (", created_at", ", ?")
        let text = "CAST(? AS TEXT)"
        var arguments: StatementArguments = [
            intent.journey.map { Data($0) }, intent.externalID.map { Data($0) }, intent.anonymousID.map { Data($0) },
            intent.email.map { Data($0) }, intent.profile.map { Data($0) }, intent.data.map { Data($0) },
            intent.orderingKey.map { Data($0) }, intent.dedupKey.map { Data($0) }, intent.traceparent.map { Data($0) },
            intent.scheduledAt?.milliseconds, intent.expiresAt?.milliseconds,
        ]
        if let createdAt = intent.createdAt { arguments += [createdAt.milliseconds] }
        try db.cachedStatement(
            sql: """
                INSERT INTO outbox (journey, external_id, anonymous_id, email, profile, data, ordering_key, dedup_key,
                  traceparent, scheduled_at, expires_at\(created.0))
                VALUES (\(Array(repeating: text, count: 9).joined(separator: ", ")), ?, ?\(created.1))
                """
        ).execute(arguments: arguments)
    }
}
