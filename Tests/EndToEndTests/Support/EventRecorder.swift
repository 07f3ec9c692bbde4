import Delivery
import Synchronization

/// Everything a worker has reported, and a way to wait for what it will.
final class EventRecorder: Sendable {
    private struct State {
        var events: [WorkerEvent] = []
        var waiters: [Waiter] = []
        var lastTicket = 0
    }

    private struct Waiter {
        var ticket: Int
        var matches: @Sendable (WorkerEvent) -> Bool
        var continuation: CheckedContinuation<WorkerEvent, any Error>
    }

    private let state = Mutex(State())

    func note(_ event: WorkerEvent) {
        let woken = state.withLock { state in
            if case .looked = event {} else { state.events.append(event) }
            let woken = state.waiters.filter { $0.matches(event) }
            state.waiters.removeAll { $0.matches(event) }
            return woken
        }
        for waiter in woken { waiter.continuation.resume(returning: event) }
    }

    var events: [WorkerEvent] { state.withLock { $0.events } }

    /// The first event that matches, past or future; throws when the test's time limit cancels the wait.
    @discardableResult
    func first(_ matches: @escaping @Sendable (WorkerEvent) -> Bool) async throws -> WorkerEvent {
        try await wait(lookingBack: true, matches)
    }

    /// The next event that matches from now on.
    @discardableResult
    func next(_ matches: @escaping @Sendable (WorkerEvent) -> Bool) async throws -> WorkerEvent {
        try await wait(lookingBack: false, matches)
    }

    private func wait(
        lookingBack: Bool, _ matches: @escaping @Sendable (WorkerEvent) -> Bool
    ) async throws -> WorkerEvent {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let past: Result<WorkerEvent, any Error>? = state.withLock { state in
                    if lookingBack, let event = state.events.first(where: matches) { return .success(event) }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state.waiters.append(Waiter(ticket: ticket, matches: matches, continuation: continuation))
                    return nil
                }
                if let past { continuation.resume(with: past) }
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                guard let index = state.waiters.firstIndex(where: { $0.ticket == ticket }) else { return nil }
                return state.waiters.remove(at: index)
            }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }
}
