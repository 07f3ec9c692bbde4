import Delivery
import Deployment

/// The database as the operator's commands use it: what `status`, `why`, `resolve` and the others ask and change.
///
/// Each call works beside a running worker and beside producers, in one or more short transactions, and waits at most
/// `OperatorError.lockWaitSeconds` for a lock. Values in and out are the same for every database engine. Changes look
/// at each row again under the write lock: a row that has changed in the meantime is left alone and reported. What one
/// transaction has committed stays committed when a later one fails. All calls throw `OperatorError`, and the changing
/// ones throw it also where the store was opened for `OperatorPurpose.looking`.
public protocol OperatorStore: OperatorLook, OperatorChange, AdoptionStore {}

/// The part of `OperatorStore` that reads.
public protocol OperatorLook: Sendable {
    /// The path of the database as it was given.
    var database: String { get }

    /// The state of the whole outbox at one moment.
    func status(at now: WallTime) throws -> StatusReport

    /// The worker that holds the worker's lock, and a standby worker.
    func workers() -> WorkerPresence

    /// At most `limit` intents that match, journey by journey and state by state.
    ///
    /// An intent that moves during the listing can appear twice or not at all.
    /// - Parameters:
    ///   - cursor: where an earlier page ended; nil starts at the beginning.
    ///   - onProgress: called with the number of intents found so far, between two transactions.
    /// - Throws: also `InvalidCursor`.
    func intents(
        _ filter: IntentFilter, after cursor: IntentCursor?, limit: Int, at now: WallTime, onProgress: (Int) -> Void
    ) throws -> IntentPage

    /// Everything that is known about one intent. It answers for every id, also for one that never existed.
    /// - Parameter onProgress: called with the share of the stored requests that was searched, from 0 to 1.
    func trace(_ intent: Int64, at now: WallTime, onProgress: (Double) -> Void) throws -> IntentTrace

    /// At most `limit` batches, newest first.
    /// - Parameters:
    ///   - state: nil means any.
    ///   - journey: nil means any.
    ///   - id: only batches with a lower id; nil starts with the newest.
    ///   - onProgress: called with the number of batches found so far, between two transactions.
    func batches(
        in state: BatchState?, journey: String?, before id: Int64?, limit: Int, onProgress: (Int) -> Void
    ) throws -> BatchPage

    /// One batch; nil when there is none with this id.
    func batch(_ id: Int64) throws -> BatchDetail?

    /// One dead letter; nil when there is none with this id.
    func deadLetter(_ id: Int64) throws -> DeadLetter?

    /// Writes a consistent copy of the whole database to a new file and forces it to the disk.
    ///
    /// The copy has the permissions of the database, because it contains the same personal data.
    /// - Returns: the size of the copy in bytes.
    /// - Throws: `BackupError`, also when the file exists already. No file is left behind then.
    func backUp(to path: String) throws -> Int64

    /// How much of the backup that is being written to `path` is there, from 0 to 1; nil when there is none.
    func backupShare(of path: String) -> Double?
}

/// The part of `OperatorStore` that changes intents and pauses.
public protocol OperatorChange: Sendable {
    /// Changes the selected intents in short transactions, each of which leaves the lock free as long as it held it.
    /// - Parameters:
    ///   - isDryRun: only count what would be changed.
    ///   - onProgress: called with the number of intents looked at, between two transactions.
    func change(
        _ action: IntentAction, _ selection: IntentSelection, isDryRun: Bool, at now: WallTime,
        onProgress: (Int) -> Void
    ) throws -> IntentChangeReport

    /// Settles the selected intents in doubt, batch by batch. Members that were not selected stay in doubt.
    /// - Parameters:
    ///   - isDryRun: only count what would be resolved.
    ///   - onProgress: called with the share of the batches that was looked at, from 0 to 1.
    func resolve(
        _ choice: ResolutionChoice, _ selection: ResolutionSelection, isDryRun: Bool, at now: WallTime,
        onProgress: (Double) -> Void
    ) throws -> ResolutionReport

    /// Inserts all intents in one transaction, as a producer does.
    /// - Throws: also `EnqueueRefusal`; then none was inserted.
    func enqueue(_ intents: [NewIntent]) throws -> EnqueueReport

    /// Pauses everything or one journey until an operator resumes it.
    /// - Returns: false when the scope had an operator's pause already. Its reason and time are replaced.
    func pause(_ scope: Pause.Scope, reason: String?, at now: WallTime) throws -> Bool

    /// Removes the operator's pause of exactly this scope, and lets pauses by the API be probed at once.
    ///
    /// Resuming everything probes the pauses of every journey. A rate limit keeps its time, because the API set it.
    func resume(_ scope: Pause.Scope, at now: WallTime) throws -> ResumeReport
}

/// What an operator's store is opened for.
public enum OperatorPurpose: Sendable {
    /// Read-only: the database engine itself refuses to write.
    case looking
    case changing
}
