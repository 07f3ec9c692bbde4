import Foundation
import GRDB

/// The record of what a producer did, for the checkers.
struct ProducerRecord: Sendable {
    var committed: [Int64: PlannedIntent] = [:]
    var rolledBack: [PlannedIntent] = []
    var cancelled: Set<Int64> = []
    /// The id of the intent that has a dedup key, by journey and key.
    var dedup: [String: Int64] = [:]
}

/// A business application with its own connection. It commits and rolls back transactions, and cancels intents.
final class Producer {
    private let database: SharedDatabase
    private let committedIntents: CommittedIntents
    private(set) var record = ProducerRecord()
    /// Intents that were committed and are lost, because a backup from before has replaced the database.
    private(set) var lost: [PlannedIntent] = []
    private(set) var breaches: [Breach] = []
    /// Every id that a committed intent has had.
    private var usedIDs: Set<Int64> = []
    /// Whether ids may be used again: between a restore and the first worker that notices it. The adoption
    /// distinguishes the intents of one id.
    var mayReuseIDs = false
    private var next = 0

    init(_ database: SharedDatabase, _ committedIntents: CommittedIntents) {
        self.database = database
        self.committedIntents = committedIntents
    }

    /// Makes one transaction with a few intents. Some transactions are rolled back.
    func commit(_ scenario: Scenario, at now: Int64, _ random: inout PRNG) throws {
        let isRolledBack = random.chance(0.15)
        let intents = (0..<(1 + random.below(scenario.intentsPerTransaction))).map { _ in
            draw(scenario, at: now, &random)
        }
        try commit(intents, at: now, isRolledBack: isRolledBack)
    }

    /// Commits the given number of intents without options for each journey.
    func commitPlain(_ scenario: Scenario, each count: Int, at now: Int64) throws {
        let intents = Array(repeating: scenario.journeyNames, count: count).joined().map { journey in
            defer { next += 1 }
            return PlannedIntent(
                number: next, journey: journey, contact: "\(PlannedIntent.canary)-last-\(next)",
                data: PlannedIntent.data(next))
        }
        try commit(intents, at: now, isRolledBack: false)
    }

    private func commit(_ intents: [PlannedIntent], at now: Int64, isRolledBack: Bool) throws {
        var changed = record
        try database.queue.writeWithoutTransaction { db in
            try db.inTransaction(.immediate) {
                for intent in intents { try insert(intent, at: now, into: &changed, db) }
                return isRolledBack ? .rollback : .commit
            }
        }
        guard !isRolledBack else { return record.rolledBack += intents }
        for id in changed.committed.keys where record.committed[id] == nil {
            guard !usedIDs.insert(id).inserted, !mayReuseIDs else { continue }
            breaches.append(Breach(.oneKey, "id \(id) was given twice"))
        }
        record = changed
        committedIntents.add(intents)
    }

    private func draw(_ scenario: Scenario, at now: Int64, _ random: inout PRNG) -> PlannedIntent {
        defer { next += 1 }
        var contact = "\(PlannedIntent.canary)-\(random.below(60))"
        if random.chance(scenario.poison) {
            let kind = random.pick([
                "poison-400", "poison-422", "reject-permanent", "reject-twice", "reject-always", "reject-unknown",
            ])
            contact = "\(kind)-\(PlannedIntent.canary)-\(next)"
        }
        var intent = PlannedIntent(
            number: next, journey: random.pick(scenario.journeyNames), contact: contact, data: PlannedIntent.data(next))
        if random.chance(0.3) { intent.profile = PlannedIntent.profile(intent.number) }
        if random.chance(0.1) { intent.email = "\(PlannedIntent.canary)\(random.below(5))@example.com" }
        if random.chance(0.1) { intent.scheduledAt = now + random.milliseconds(0...30_000) }
        if random.chance(scenario.expiry) { intent.expiresAt = now + random.milliseconds(-1000...60_000) }
        if random.chance(scenario.ordering) { intent.orderingKey = "o\(random.below(4))" }
        if random.chance(scenario.dedup) { intent.dedupKey = "d\(random.below(12))" }
        return intent
    }

    private func insert(_ intent: PlannedIntent, at now: Int64, into record: inout ProducerRecord, _ db: Database)
        throws
    {
        try db.cachedStatement(
            sql: """
                INSERT INTO outbox (journey, external_id, email, profile, data, ordering_key, dedup_key, scheduled_at,
                  expires_at, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            intent.journey, intent.contact, intent.email, intent.profile, intent.data,
            intent.orderingKey, intent.dedupKey, intent.scheduledAt, intent.expiresAt, now,
        ])
        let key = intent.dedupKey.map { "\(intent.journey) \($0)" }
        let isInserted = db.changesCount == 1
        let isRepeated = key.map { record.dedup[$0] != nil } ?? false
        if isInserted == isRepeated {
            let what = isInserted ? "was inserted twice" : "was free and not inserted"
            breaches.append(Breach(.asAsked, "dedup key \(key ?? "none") \(what)"))
        }
        guard isInserted else { return }
        record.committed[db.lastInsertedRowID] = intent
        if let key { record.dedup[key] = db.lastInsertedRowID }
    }

    /// Cancels one of the latest intents, if it is not in a batch yet: through the view, or directly in the table, as a
    /// cleanup tool may do.
    func cancel(_ random: inout PRNG) throws {
        guard let id = record.committed.keys.sorted().suffix(20).randomElement(using: &random) else { return }
        let sql = random.chance(0.3) ? "DELETE FROM outbox WHERE id = ?" : "DELETE FROM outbox_intents WHERE id = ?"
        do {
            let isCancelled = try database.queue.write { db in
                try db.cachedStatement(sql: sql).execute(arguments: [id])
                return try String.fetchOne(
                    db.cachedStatement(sql: "SELECT state FROM outbox_dead WHERE id = ?"), arguments: [id])
                    == "cancelled"
            }
            guard isCancelled else { return }
            record.cancelled.insert(id)
            record.dedup = record.dedup.filter { $0.value != id }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            // The intent is being sent, and the schema refuses the cancellation.
        }
    }

    /// Records that the operator has discarded a dead letter. It ends as if it were cancelled, and its dedup key is
    /// free.
    func recordDiscard(_ id: Int64) {
        record.cancelled.insert(id)
        record.dedup = record.dedup.filter { $0.value != id }
    }

    /// Goes back to the state of a backup.
    ///
    /// - Parameter mark: the highest id that a worker can have seen. Higher ids were in no request and may be used
    /// again.
    func restore(_ backup: ProducerRecord, mark: Int64) {
        mayReuseIDs = true
        usedIDs = usedIDs.filter { $0 <= mark || backup.committed[$0] != nil }
        lost += record.committed.filter { backup.committed[$0.key] == nil }.map(\.value)
        let rolledBack = record.rolledBack
        record = backup
        record.rolledBack = rolledBack
    }
}
