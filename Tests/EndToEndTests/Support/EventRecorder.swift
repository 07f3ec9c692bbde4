import Delivery
import Synchronization

/// All events that a worker has reported, and waiting for future ones.
final class EventRecorder: Sendable {
    private struct State {
        var events: [WorkerEvent] = []
        var waiters: [Waiter] = []
        var lastTicket = 0
        var looks = 0
    }

    private struct Waiter {
        var ticket: Int
        var matches: @Sendable (WorkerEvent) -> Bool
        var continuation: CheckedContinuation<WorkerEvent, any Error>
    }

    private let state = Mutex(State())

    func note(_ event: WorkerEvent) {
        let woken = state.withLock { state in
            if case .looked = event { state.looks += 1 } else { state.events.append(event) }
            // Each waiter sees each event once, because some waiters count events.
            let asked = state.waiters.map { ($0, $0.matches(event)) }
            state.waiters = asked.filter { !$0.1 }.map(\.0)
            return asked.filter(\.1).map(\.0)
        }
        for waiter in woken { waiter.continuation.resume(returning: event) }
    }

    /// How many iterations the worker's loop has made.
    var looks: Int { state.withLock { $0.looks } }

    /// Waits until the loop has made a number of iterations.
    func looked(times: Int, after start: Int) async throws {
        while looks < start + times { try await Task.sleep(for: .milliseconds(2)) }
    }

    var events: [WorkerEvent] { state.withLock { $0.events } }

    /// The first event that matches, past or future. Throws when the test's time limit cancels the wait.
    @discardableResult
    func first(_ matches: @escaping @Sendable (WorkerEvent) -> Bool) async throws -> WorkerEvent {
        try await wait(matches)
    }

    /// Waits until a total number of intents have been delivered.
    func delivered(atLeast count: Int) async throws {
        let total = Mutex(0)
        try await first { event in
            guard case .settled(let settlement) = event else { return false }
            return total.withLock { total in
                total += settlement.deliveredCount
                return total >= count
            }
        }
    }

    private func wait(
        _ matches: @escaping @Sendable (WorkerEvent) -> Bool
    ) async throws -> WorkerEvent {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let past: Result<WorkerEvent, any Error>? = state.withLock { state in
                    if let event = state.events.first(where: matches) { return .success(event) }
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
