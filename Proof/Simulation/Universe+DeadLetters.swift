import Delivery
import GRDB
import Operation
import SQLiteStore

/// Dead letters that hold up their ordering key, and the person who decides about them.
extension Universe {
    /// Somebody looks at some of them while things still go wrong.
    static let lookAtDead: Errands.Errand = { universe in
        try universe.decideAboutDead(
            universe.deadLetters(Universe.keepingLane).filter { _ in universe.dice.chance(0.5) })
    }

    /// Everything works again: whoever is held up is let go.
    func freeHeldUp() throws { try decideAboutDead(deadLetters(Self.holdingUp)) }

    private static let keepingLane =
        "SELECT id, journey, code FROM outbox_dead WHERE state = 'dead' AND ordering_key IS NOT NULL"
    private static let holdingUp = """
        \(keepingLane) AND EXISTS (SELECT 1 FROM outbox_waiting AS waiting
          WHERE waiting.journey = outbox_dead.journey AND waiting.ordering_key = outbox_dead.ordering_key
            AND waiting.state = 'blocked')
        """

    private func deadLetters(_ sql: String) throws -> [(id: Int64, code: String)] {
        try live.queue.unsafeRead { db in try Row.fetchAll(db, sql: sql) }
            .filter { scenario.blocking.contains($0[1]) }
            .map { ($0[0], $0[2] ?? "") }
    }

    /// Each is given up, or has another turn: not what has expired, nor what others may have overtaken meanwhile.
    private func decideAboutDead(_ letters: [(id: Int64, code: String)]) throws {
        for letter in letters {
            let mayRetry = letter.code != "expired" && scenario.alwaysHoldsUp
            let action: IntentAction = mayRetry && dice.chance(0.4) ? .retry : .discard
            let connection = try live.connection()
            let report = try IntentChange(connection, action, at: WallTime(milliseconds: wall)).apply(
                to: .ids([letter.id]))
            if action == .discard, report.done == 1 { producer.giveUp(letter.id) }
        }
        if !letters.isEmpty { notifyCommit() }
    }
}
