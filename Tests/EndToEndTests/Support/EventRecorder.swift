import Delivery
import Synchronization

/// Everything a worker has reported, and a way to wait for what it will.
final class EventRecorder: Sendable {
    private struct State {
        var events: [WorkerEvent] = []
        var waiters: [(matches: @Sendable (WorkerEvent) -> Bool, continuation: CheckedContinuation<WorkerEvent, Never>)] = []
    }

    private let state = Mutex(State())

    func note(_ event: WorkerEvent) {
        let woken = state.withLock { state in
            state.events.append(event)
            let woken = state.waiters.filter { $0.matches(event) }
            state.waiters.removeAll { $0.matches(event) }
            return woken
        }
        for waiter in woken { waiter.continuation.resume(returning: event) }
    }

    var events: [WorkerEvent] { state.withLock { $0.events } }

    /// The first event that matches, past or future; the test's time limit bounds the wait.
    @discardableResult
    func first(_ matches: @escaping @Sendable (WorkerEvent) -> Bool) async -> WorkerEvent {
        await withCheckedContinuation { continuation in
            let past = state.withLock { state -> WorkerEvent? in
                if let event = state.events.first(where: matches) { return event }
                state.waiters.append((matches, continuation))
                return nil
            }
            if let past { continuation.resume(returning: past) }
        }
    }

    /// The next event that matches from now on.
    @discardableResult
    func next(_ matches: @escaping @Sendable (WorkerEvent) -> Bool) async -> WorkerEvent {
        await withCheckedContinuation { continuation in
            state.withLock { $0.waiters.append((matches, continuation)) }
        }
    }
}
