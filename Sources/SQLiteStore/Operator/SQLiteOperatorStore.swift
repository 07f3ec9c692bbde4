import Delivery
import Deployment
import Operation

/// The operator's store over SQLite: each call is carried out by the type that it names, on one connection.
struct SQLiteOperatorStore: OperatorStore {
    let connection: OperatorConnection

    var database: String { connection.path }

    // MARK: Looks

    func status(at now: WallTime) throws -> StatusReport {
        try StatusReport(connection, at: now)
    }

    func workers() -> WorkerPresence {
        WorkerPresence(
            holder: WorkerLock.holder(ofDatabase: database), standby: WorkerLock.standby(ofDatabase: database))
    }

    func intents(
        _ filter: IntentFilter, after cursor: IntentCursor?, limit: Int, at now: WallTime, onProgress: (Int) -> Void
    ) throws -> IntentPage {
        let position = try cursor.map { cursor in
            guard let position = IntentPosition(text: cursor.text) else { throw InvalidCursor() }
            return position
        }
        let page = try IntentWalk(connection, filter: filter, at: now)
            .page(after: position, limit: limit, onProgress: onProgress)
        return IntentPage(records: page.records, next: try page.next.map { IntentCursor(text: try $0.text) })
    }

    func trace(_ intent: Int64, at now: WallTime, onProgress: (Double) -> Void) throws -> IntentTrace {
        try IntentTrace(of: intent, connection, at: now, onProgress: onProgress)
    }

    func batches(
        in state: BatchState?, journey: String?, before id: Int64?, limit: Int, onProgress: (Int) -> Void
    ) throws -> BatchPage {
        try BatchListing(connection, state: state, journey: journey)
            .page(before: id, limit: limit, onProgress: onProgress)
    }

    func batch(_ id: Int64) throws -> BatchDetail? { try BatchDetail.find(id, connection) }

    func deadLetter(_ id: Int64) throws -> DeadLetter? { try DeadLetter.find(id, connection) }

    func backUp(to path: String) throws -> Int64 { try BackupCopy(of: database).write(to: path) }

    func backupShare(of path: String) -> Double? { BackupCopy(of: database).share(of: path) }

    // MARK: Changes

    func change(
        _ action: IntentAction, _ selection: IntentSelection, isDryRun: Bool, at now: WallTime,
        onProgress: (Int) -> Void
    ) throws -> IntentChangeReport {
        try IntentChange(connection, action, at: now).apply(to: selection, isDryRun: isDryRun, onProgress: onProgress)
    }

    func resolve(
        _ choice: ResolutionChoice, _ selection: ResolutionSelection, isDryRun: Bool, at now: WallTime,
        onProgress: (Double) -> Void
    ) throws -> ResolutionReport {
        try ResolutionRun(connection, at: now)
            .apply(choice, to: selection, isDryRun: isDryRun, onProgress: onProgress)
    }

    func enqueue(_ intents: [NewIntent]) throws -> EnqueueReport {
        try IntentInsertion(connection).insert(intents)
    }

    func pause(_ scope: Pause.Scope, reason: String?, at now: WallTime) throws -> Bool {
        try PauseSwitch(connection, at: now).pause(scope, reason: reason)
    }

    func resume(_ scope: Pause.Scope, at now: WallTime) throws -> ResumeReport {
        try PauseSwitch(connection, at: now).resume(scope)
    }

    // MARK: Adoption

    func identityRecord() throws -> IdentityRecord { try connection.identityRecord() }

    func isSending(_ batches: [Int64]) throws -> Bool { try connection.isSending(batches) }

    func previewAdoption(
        _ need: AdoptionNeed, proofs: @escaping DeliveryProofs, at now: WallTime, onProgress: (Double) -> Void
    ) throws -> AdoptionReport {
        try AdoptionRun(connection, need, at: now, proofs: proofs).look(onProgress: onProgress)
    }

    func adopt(
        _ choice: AdoptionChoice, _ need: AdoptionNeed, proofs: @escaping DeliveryProofs, at now: WallTime,
        onProgress: (Double) -> Void
    ) throws -> AdoptionReport {
        try AdoptionRun(connection, need, at: now, proofs: proofs).apply(choice, onProgress: onProgress)
    }

    func finishAdoption(_ need: AdoptionNeed, uuid: String, before: String?, at site: DeploymentSite) throws -> Bool {
        try AdoptionRun.finish(connection, need, uuid: uuid, before: before, at: site)
    }
}
