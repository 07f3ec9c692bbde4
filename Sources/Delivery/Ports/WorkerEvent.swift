/// Something a person may want to know: logged by name, awaited by tests.
public enum WorkerEvent: Sendable {
    case tookOver(openBatches: Int)
    /// The loop has gone round once more: the sign of life that a watchdog wants.
    case looked
    case begun(Batch)
    case settled(Settlement)
    case stale(batch: Int64)
    case quarantined(intent: Int64, Unsendable)
    case paused(Pause)
    case resumed(scope: Pause.Scope, cause: String)
    case enforcement(Enforcement)
    /// The machine's clock had fallen behind the API's; ages are counted by the API's from here on.
    case clockBehind(by: Duration)
    /// The rate limit that refusals have taught; 0 is none any more.
    case rateLearned(perSecond: Double)
    case storeBusy(times: Int)
    case settlementFailed(batch: Int64, reason: String)
    /// The write-ahead log grows, because a reader keeps it from being used again from its start.
    case logPinned(WriteAheadLog)
    case round(RoundResult)
    case stopping(inFlight: Int)
    case stopped
}
