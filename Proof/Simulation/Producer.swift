import Foundation
import GRDB

/// A business application with its own connection: it commits, rolls back and cancels.
final class Producer {
    /// What the checker is told.
    struct Ledger: Sendable {
        var committed: [Int64: Intention] = [:]
        var rolledBack: [Intention] = []
        var cancelled: Set<Int64> = []
        /// By journey and dedup key: who has it.
        var dedup: [String: Int64] = [:]
    }

    private let database: SharedDatabase
    private let orders: Orders
    private(set) var ledger = Ledger()
    /// Committed, and forgotten with the database that a backup took the place of.
    private(set) var forgotten: [Intention] = []
    private(set) var breaches: [Breach] = []
    /// Every id that was ever given to a committed intent.
    private var given: Set<Int64> = []
    /// Between a restore and the first worker that notices it, ids come again, and adoption tells them apart.
    var mayReuse = false
    private var next = 0

    init(_ database: SharedDatabase, _ orders: Orders) {
        self.database = database
        self.orders = orders
    }

    /// One transaction of a few intents; some are rolled back.
    func commit(_ scenario: Scenario, at now: Int64, _ dice: inout Dice) throws {
        let isRolledBack = dice.chance(0.15)
        let intentions = (0..<(1 + dice.below(scenario.together))).map { _ in draw(scenario, at: now, &dice) }
        try commit(intentions, at: now, isRolledBack: isRolledBack)
    }

    /// Plain intents, so many for each journey.
    func commitPlain(_ scenario: Scenario, each count: Int, at now: Int64) throws {
        let intentions = Array(repeating: scenario.journeyNames, count: count).joined().map { journey in
            defer { next += 1 }
            return Intention(
                number: next, journey: journey, contact: "\(Intention.canary)-last-\(next)", data: Intention.data(next))
        }
        try commit(intentions, at: now, isRolledBack: false)
    }

    private func commit(_ intentions: [Intention], at now: Int64, isRolledBack: Bool) throws {
        var fresh = ledger
        try database.queue.writeWithoutTransaction { db in
            try db.inTransaction(.immediate) {
                for intention in intentions { try insert(intention, at: now, into: &fresh, db) }
                return isRolledBack ? .rollback : .commit
            }
        }
        guard !isRolledBack else { return ledger.rolledBack += intentions }
        for id in fresh.committed.keys where ledger.committed[id] == nil {
            guard !given.insert(id).inserted, !mayReuse else { continue }
            breaches.append(Breach(.oneKey, "id \(id) was given twice"))
        }
        ledger = fresh
        orders.add(intentions)
    }

    private func draw(_ scenario: Scenario, at now: Int64, _ dice: inout Dice) -> Intention {
        defer { next += 1 }
        var contact = "\(Intention.canary)-\(dice.below(60))"
        if dice.chance(scenario.poison) {
            let kind = dice.pick([
                "poison-400", "poison-422", "reject-permanent", "reject-twice", "reject-always", "reject-unknown",
            ])
            contact = "\(kind)-\(Intention.canary)-\(next)"
        }
        var intention = Intention(
            number: next, journey: dice.pick(scenario.journeyNames), contact: contact, data: Intention.data(next))
        if dice.chance(0.3) { intention.profile = Intention.profile(intention.number) }
        if dice.chance(0.1) { intention.email = "\(Intention.canary)\(dice.below(5))@example.com" }
        if dice.chance(0.1) { intention.scheduledAt = now + dice.milliseconds(0...30_000) }
        if dice.chance(scenario.expiry) { intention.expiresAt = now + dice.milliseconds(-1000...60_000) }
        if dice.chance(scenario.ordering) { intention.orderingKey = "o\(dice.below(4))" }
        if dice.chance(scenario.dedup) { intention.dedupKey = "d\(dice.below(12))" }
        return intention
    }

    private func insert(_ intention: Intention, at now: Int64, into ledger: inout Ledger, _ db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO outbox (journey, external_id, email, profile, data, ordering_key, dedup_key, scheduled_at,
                  expires_at, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            intention.journey, intention.contact, intention.email, intention.profile, intention.data,
            intention.orderingKey, intention.dedupKey, intention.scheduledAt, intention.expiresAt, now,
        ])
        let key = intention.dedupKey.map { "\(intention.journey) \($0)" }
        let isInserted = db.changesCount == 1
        let isRepeated = key.map { ledger.dedup[$0] != nil } ?? false
        if isInserted == isRepeated {
            let what = isInserted ? "was inserted twice" : "was free and not inserted"
            breaches.append(Breach(.asAsked, "dedup key \(key ?? "none") \(what)"))
        }
        guard isInserted else { return }
        ledger.committed[db.lastInsertedRowID] = intention
        if let key { ledger.dedup[key] = db.lastInsertedRowID }
    }

    /// Cancels one of the latest intents, if it has not left yet: through the view, or as a tool that cleans a table does.
    func cancel(_ dice: inout Dice) throws {
        guard let id = ledger.committed.keys.sorted().suffix(20).randomElement(using: &dice) else { return }
        let sql = dice.chance(0.3) ? "DELETE FROM outbox WHERE id = ?" : "DELETE FROM outbox_intents WHERE id = ?"
        do {
            let isCancelled = try database.queue.write { db in
                try db.cachedStatement(sql: sql).execute(arguments: [id])
                return try String.fetchOne(
                    db.cachedStatement(sql: "SELECT state FROM outbox_dead WHERE id = ?"), arguments: [id])
                    == "cancelled"
            }
            guard isCancelled else { return }
            ledger.cancelled.insert(id)
            ledger.dedup = ledger.dedup.filter { $0.value != id }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            // It is being sent.
        }
    }

    /// A person has given a dead letter up: it ends as if it had been cancelled, and its dedup key is free.
    func giveUp(_ id: Int64) {
        ledger.cancelled.insert(id)
        ledger.dedup = ledger.dedup.filter { $0.value != id }
    }

    /// Goes back to what a backup holds.
    ///
    /// - Parameter mark: the last id that a worker can have met; later ones were in no request, and may come again.
    func forget(downTo backup: Ledger, mark: Int64) {
        mayReuse = true
        given = given.filter { $0 <= mark || backup.committed[$0] != nil }
        forgotten += ledger.committed.filter { backup.committed[$0.key] == nil }.map(\.value)
        let rolledBack = ledger.rolledBack
        ledger = backup
        ledger.rolledBack = rolledBack
    }
}
