/// What a worker reports: the log and the metrics are made of these events.
public enum WorkerEvent: Sendable {
    case tookOver(openBatches: Int)
    /// The loop of the worker has made one more turn; a watchdog takes it as a sign of life.
    case looked
    /// The attempt of a batch is committed.
    case begun(Batch)
    case settled(Settlement)
    /// A settlement did not apply, because another process has settled the batch.
    case stale(batch: Int64)
    /// An intent cannot be sent and became a dead letter.
    case quarantined(intent: Int64, Unsendable)
    case paused(Pause)
    case resumed(scope: Pause.Scope, cause: PauseCause)
    case enforcement(Enforcement)
    /// The wall clock of this machine was set back, or had fallen behind the API's clock; ages are counted by the trusted
    /// clock.
    case clockBehind(by: Duration)
    /// The rate limit that was learned from refusals; 0 means that there is none any more.
    case rateLearned(perSecond: Double)
    /// The write lock was not free, for the given number of times in a row.
    case storeBusy(times: Int)
    case settlementFailed(batch: Int64, reason: String)
    /// The write-ahead log grows, because a reader prevents it from being used again from its start.
    case logPinned(WriteAheadLog)
    case round(RoundResult)
    case stopping(inFlight: Int)
    case stopped
}
