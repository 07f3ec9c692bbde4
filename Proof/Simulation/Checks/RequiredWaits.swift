/// The times during which no request may be sent, because a 429 asked for it.
struct RequiredWaits: Sendable {
    private struct RequiredWait {
        var from: Int64
        var until: Int64
        /// The process that received the 429.
        var receiver: WorkerProcess
        /// The clock was set back since. Then only the receiver is certain to know the end of the wait.
        var bindsReceiverOnly = false
    }

    /// How long a process must live after a 429 until its successors know of it, in milliseconds.
    private static let timeToStore: Int64 = 100
    /// Requests that were already planned may leave within this time after the 429, in milliseconds.
    private static let tolerance: Int64 = 5

    private var waits: [RequiredWait] = []

    mutating func add(from start: Int64, until end: Int64, receiver: WorkerProcess) {
        waits.append(RequiredWait(from: start, until: end, receiver: receiver))
    }

    /// A step ahead ends every wait, because a wait is stored as a time of the wall clock.
    mutating func clockStepped(by step: Int64) {
        if step > 0 { waits = [] }
        for index in waits.indices { waits[index].bindsReceiverOnly = true }
    }

    /// Whether a process must wait now, because it received a 429 itself or a predecessor had the time to store one.
    mutating func bind(_ process: WorkerProcess, at now: Int64) -> Bool {
        waits.removeAll { $0.until <= now }
        return waits.contains { wait in
            let lifetime = (wait.receiver.endedAt ?? .max) - wait.from
            let isStored = lifetime > Self.timeToStore && !wait.bindsReceiverOnly
            return now > wait.from + Self.tolerance && (wait.receiver === process || isStored)
        }
    }
}
