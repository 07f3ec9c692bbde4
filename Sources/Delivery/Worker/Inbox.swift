import Synchronization

/// Where everything that happens to the worker arrives, and the one place where it waits.
///
/// Bounded by what can be under way: at most one event for each open batch, and the other kinds are merged by the
/// loop that empties it.
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
        /// The deadline has come, perhaps before anyone waited for it.
        var isDue = false
    }

    private let state = Mutex(State())

    func post(_ event: Event) {
        let waiter = state.withLock { state in
            state.events.append(event)
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// What has arrived; waits for the first event, until the deadline, or until the task is cancelled.
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
