import Foundation
import GRDB
import JourneyOutbox

/// A business application with its own connection: it commits, rolls back and cancels.
final class Producer {
    /// What the checker is told: which intents exist, by the number that each carries as its data.
    struct Ledger: Sendable {
        var committed: [Int64: Int] = [:]
        var rolledBack: Set<Int> = []
        var cancelled: Set<Int64> = []
        var next = 0
    }

    let database: DatabaseQueue
    private(set) var ledger = Ledger()

    init(path: String) throws {
        var configuration = Configuration()
        configuration.label = "producer"
        database = try DatabaseQueue(path: path, configuration: configuration)
        try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = OFF") }
    }

    /// One transaction of a few intents; some are rolled back.
    func commit(_ scenario: Scenario, at now: Int64, _ dice: inout Dice) throws {
        let isRolledBack = dice.chance(0.15)
        let count = 1 + dice.below(8)
        var made: [(Int64, Int)] = []
        try database.writeWithoutTransaction { db in
            try db.inTransaction(.immediate) {
                for _ in 0..<count {
                    let number = ledger.next
                    ledger.next += 1
                    made.append((try insert(number, scenario, at: now, &dice, db), number))
                }
                return isRolledBack ? .rollback : .commit
            }
        }
        if isRolledBack {
            ledger.rolledBack.formUnion(made.map(\.1))
        } else {
            for (id, number) in made { ledger.committed[id] = number }
        }
    }

    private func insert(
        _ number: Int, _ scenario: Scenario, at now: Int64, _ dice: inout Dice, _ db: Database
    ) throws -> Int64 {
        var contact = "c\(dice.below(60))"
        if dice.chance(scenario.poison) {
            contact = dice.pick(["poison-400", "poison-422", "reject-permanent", "reject-twice"]) + "-\(number)"
        }
        let scheduled = dice.chance(0.1) ? now + dice.milliseconds(0...30_000) : nil
        try db.execute(
            sql: """
                INSERT INTO outbox (journey, external_id, data, scheduled_at, created_at)
                VALUES (?, ?, ?, ?, ?)
                """,
            arguments: [dice.pick(scenario.journeyNames), contact, #"{"n":\#(number)}"#, scheduled, now])
        return db.lastInsertedRowID
    }

    /// Cancels one of the latest intents, if it has not left yet.
    func cancel(_ dice: inout Dice) throws {
        guard let id = ledger.committed.keys.sorted().suffix(20).randomElement(using: &dice) else { return }
        do {
            let isCancelled = try database.write { db in
                _ = try Int64.fetchOne(db, sql: "DELETE FROM outbox_intents WHERE id = ? RETURNING id", arguments: [id])
                let state = try String.fetchOne(
                    db, sql: "SELECT state FROM outbox_intents WHERE id = ?", arguments: [id])
                return state == "cancelled"
            }
            if isCancelled { ledger.cancelled.insert(id) }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            // It is being sent.
        }
    }
}
