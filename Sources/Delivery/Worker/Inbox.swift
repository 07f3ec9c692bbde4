import Synchronization

/// The queue of all events for the worker's loop, and the only place where the loop waits.
///
/// The requests under way bound the number of answers, at most one for each. The loop takes all events at once, so that
/// few of the other kinds collect.
final class Inbox: Sendable {
    enum Event: Sendable {
        case answered(Batch, Answer, begunAt: Moment)
        case committed
        case journeyRead(String, JourneyReport)
        case statusLookedUp(Target, JourneyReport)
        case timeRead(JourneyReport)
        case enforcementProbed(EnforcementEvidence, [Answer])
        case reconfigured(WorkerConfiguration)
        case keysChanged
        case stop
        case failed(any Error)
    }

    private struct State {
        var events: [Event] = []
        var waiter: CheckedContinuation<Void, Never>?
        /// Whether the deadline has come; it can come before the loop waits.
        var isDue = false
    }

    private let state = Mutex(State())

    /// Adds an event, and ends the wait of the loop.
    func post(_ event: Event) {
        let waiter = state.withLock { state in
            state.events.append(event)
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// Returns the events since the last call. Without one it waits for an event, for the deadline, or for the cancellation of
    /// the task.
    func take(until deadline: Duration, on clock: some WorkerClock) async -> [Event] {
        let ready = drain()
        if !ready.isEmpty || deadline <= clock.now().monotonic { return ready }
        state.withLock { $0.isDue = false }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                do { try await clock.sleep(untilMonotonic: deadline) } catch { return }
                self.wake()
            }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isReady = state.withLock { state in
                        if !state.events.isEmpty || state.isDue || Task.isCancelled { return true }
                        assert(state.waiter == nil, "only the loop of the worker waits for events")
                        state.waiter = continuation
                        return false
                    }
                    if isReady { continuation.resume() }
                }
            } onCancel: {
                wake()
            }
            group.cancelAll()
        }
        return drain()
    }

    private func wake() {
        let waiter = state.withLock { state in
            state.isDue = true
            return state.waiter.take()
        }
        waiter?.resume()
    }

    private func drain() -> [Event] {
        state.withLock { state in
            defer { state.events.removeAll(keepingCapacity: true) }
            return state.events
        }
    }
}
