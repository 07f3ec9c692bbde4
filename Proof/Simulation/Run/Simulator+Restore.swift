import Delivery
import Deployment
import GRDB
import Operation
import SQLiteStore

/// A copy of the database, and what the producer had committed by then.
struct Backup {
    var bytes: [UInt8]
    var record: ProducerRecord
}

/// Restoring a backup, and the adoption that follows.
extension Simulator {
    static let backUp: ActionQueue.Action = { simulator in
        simulator.backup = Backup(bytes: try simulator.database.bytes(), record: simulator.producer.record)
    }

    /// Ends all processes and replaces the database by the backup. A worker is started later.
    static let restore: ActionQueue.Action = { simulator in
        guard simulator.areFaultsActive, let backup = simulator.backup else { return }
        for process in simulator.processes { process.crash() }
        try simulator.removeEndedProcesses()
        let delivered = try simulator.ids("SELECT id FROM outbox_history")
        try simulator.database.put(backup.bytes)
        simulator.producer.restore(backup.record, mark: simulator.stateDirectory.marks.intents)
        try simulator.allowDuplicates(delivered: delivered)
        simulator.isFreshlyRestored = true
    }

    /// Kills a worker between its commit and the record in the state directory, and restores the backup at that moment.
    /// The state directory is then behind the database, and what the missing record would have proved is lost.
    func restoreAfterLostRecord(triesLeft: Int = 500) throws {
        guard areFaultsActive, triesLeft > 0 else { return }
        if stateDirectory.isBehind { return try Self.restore(self) }
        faultInjector.crashAfterNextRound()
        plan(at: eventQueue.now + 20) { try $0.restoreAfterLostRecord(triesLeft: triesLeft - 1) }
    }

    /// Notes which intents may be entered once more. Of the intents that are open again, only those that the state
    /// directory proves delivered are safe.
    private func allowDuplicates(delivered: Set<Int64>) throws {
        let open = try ids(
            "SELECT id FROM outbox_intents WHERE state NOT IN ('dead', 'cancelled') UNION SELECT id FROM outbox_dead")
        for id in open.intersection(delivered) where !stateDirectory.provesOrLost(id) {
            requestChecker.report(Breach(.oneEffect, "intent \(id) was delivered, and only the database knew"))
        }
        let sentNumbers = requestChecker.sentNumbers
        for id in open {
            guard let number = producer.record.committed[id]?.number, sentNumbers.contains(number) else { continue }
            // A producer that cancels it before the adoption cannot see that it was entered.
            possiblyEntered.insert(id)
            if !stateDirectory.proves(id) { allowedDuplicates[id, default: 0] += 1 }
        }
    }

    /// Limits the allowed duplicates after a restore that no worker can notice, because the backup holds everything
    /// that the state directory has recorded. A request that may have run is then repeated under its own key. Only a
    /// request without an attempt in the backup may have run since without a trace.
    private func limitDuplicatesOfUnnoticedRestore() throws {
        let untried = try ids(
            """
            SELECT json_extract(member.value, '$[0]') FROM outbox_batch AS batch, json_each(batch.members) AS member
            WHERE batch.state = 'sending' AND batch.possibly_executed_since IS NULL
            """)
        allowedDuplicates = allowedDuplicates.filter { untried.contains($0.key) }
        possiblyEntered.formIntersection(untried)
    }

    private func ids(_ sql: String) throws -> Set<Int64> {
        try database.queue.unsafeRead { db in try Int64.fetchSet(db, sql: sql) }
    }

    // MARK: Adoption

    /// Whether a worker may use the database. If not, the operator adopts it some time later.
    func isDatabaseAccepted() throws -> Bool {
        let identity = database.identity()
        guard
            case .adopt(let need) = try stateDirectory.recognise(
                identity.identityRecord(), isSending: identity.isSending)
        else {
            if isFreshlyRestored { try limitDuplicatesOfUnnoticedRestore() }
            isFreshlyRestored = false
            return true
        }
        isFreshlyRestored = false
        try identity.hold(need, at: WallTime(milliseconds: wallTime))
        producer.mayReuseIDs = false
        guard !isAwaitingAdoption else { return false }
        isAwaitingAdoption = true
        plan(at: eventQueue.now + random.milliseconds(1000...60_000)) { try $0.adopt(need) }
        return false
    }

    private func adopt(_ need: AdoptionNeed) throws {
        isAwaitingAdoption = false
        let before = try database.identity().identityRecord().uuid
        let connection = try database.connection()
        let adopting = AdoptionRun(connection, need, at: WallTime(milliseconds: wallTime)) { [stateDirectory] in
            stateDirectory.proofs(of: $0)
        }
        let uuid = SimulationRunner.uuid(2)
        _ = try adopting.apply(random.chance(0.5) ? .deliver : .discard)
        guard try adopting.finish(uuid: uuid, before: before, at: SimulatedStateDirectory.site) else { return }
        stateDirectory.rebind(uuid: uuid)
        try startWorkerIfNone()
        notifyCommit()
    }
}
