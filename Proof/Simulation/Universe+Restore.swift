import Delivery
import Deployment
import GRDB
import SQLiteStore

/// A copy of the database, and what the producers had committed by then.
struct Backup {
    var bytes: [UInt8]
    var ledger: Producer.Ledger
}

/// A backup that takes the database's place, and the adoption that follows.
extension Universe {
    static let backUp: Errands.Errand = { universe in
        universe.backup = Backup(bytes: try universe.live.bytes(), ledger: universe.producer.ledger)
    }

    /// Everybody is stopped, the file replaced, and somebody starts a worker again.
    static let restore: Errands.Errand = { universe in
        guard universe.isChaotic, let backup = universe.backup else { return }
        for process in universe.processes { process.crash() }
        try universe.tend()
        let delivered = try universe.ids("SELECT id FROM outbox_history")
        try universe.live.put(backup.bytes)
        universe.producer.forget(downTo: backup.ledger, mark: universe.notebook.marks.intents)
        try universe.weaken(delivered: delivered)
        universe.isFreshlyRestored = true
    }

    /// A worker is killed between its commit and its note, so that the state directory is behind the database, and
    /// whoever restores in this moment loses what the note would have told.
    func restoreAfterLostNote(triesLeft: Int = 500) throws {
        guard isChaotic, triesLeft > 0 else { return }
        if notebook.isBehind { return try Self.restore(self) }
        weather.crashAfterNextRound()
        plan(at: agenda.now + 20) { try $0.restoreAfterLostNote(triesLeft: triesLeft - 1) }
    }

    /// Of what is open again, only what the ledger proves is safe from being entered once more.
    private func weaken(delivered: Set<Int64>) throws {
        let open = try ids(
            "SELECT id FROM outbox_intents WHERE state NOT IN ('dead', 'cancelled') UNION SELECT id FROM outbox_dead")
        for id in open.intersection(delivered) where !notebook.accounts(for: id) {
            customs.note(Breach(.oneEffect, "intent \(id) was delivered, and only the database knew"))
        }
        let departed = customs.departed
        for id in open {
            guard let number = producer.ledger.committed[id]?.number, departed.contains(number) else { continue }
            // Whoever cancels it before it is adopted cannot see that it was entered.
            mayBeEntered.insert(id)
            if !notebook.proves(id) { mayDouble[id, default: 0] += 1 }
        }
    }

    /// Where nothing told of the restore, because all that was noted is in the backup, what may have run goes on under
    /// its own key. Only a request that had not run by the time of the backup may since have, without a stamp.
    private func goOnUnnoticed() throws {
        let untried = try ids(
            """
            SELECT json_extract(member.value, '$[0]') FROM outbox_batch AS batch, json_each(batch.members) AS member
            WHERE batch.state = 'sending' AND batch.possibly_executed_since IS NULL
            """)
        mayDouble = mayDouble.filter { untried.contains($0.key) }
        mayBeEntered.formIntersection(untried)
    }

    private func ids(_ sql: String) throws -> Set<Int64> {
        try live.queue.unsafeRead { db in try Int64.fetchSet(db, sql: sql) }
    }

    // MARK: Adoption

    /// Whether a worker may begin; if not, a person will adopt the database in a while.
    func isAdmitted() throws -> Bool {
        let identity = live.identity()
        guard case .adopt(let need) = try notebook.recognise(identity.identityRecord(), isSending: identity.isSending)
        else {
            if isFreshlyRestored { try goOnUnnoticed() }
            isFreshlyRestored = false
            return true
        }
        isFreshlyRestored = false
        try identity.hold(need, at: WallTime(milliseconds: wall))
        producer.mayReuse = false
        guard !isAwaitingAdoption else { return false }
        isAwaitingAdoption = true
        plan(at: agenda.now + dice.milliseconds(1000...60_000)) { try $0.adopt(need) }
        return false
    }

    private func adopt(_ need: AdoptionNeed) throws {
        isAwaitingAdoption = false
        let before = try live.identity().identityRecord().uuid
        let connection = try live.connection()
        let adopting = Adopting(connection, need, at: WallTime(milliseconds: wall)) { [notebook] in
            notebook.proofs(of: $0)
        }
        let uuid = Simulation.uuid(2)
        _ = try adopting.apply(dice.chance(0.5) ? .deliver : .discard)
        guard try adopting.finish(uuid: uuid, before: before, at: Notebook.site) else { return }
        notebook.rebind(uuid: uuid)
        try startWorkerIfNone()
        notifyCommit()
    }
}
