import Synchronization

/// A counting semaphore that limits the requests in flight. Waiting requests continue in the order of their arrival.
///
/// The worker freezes at most twice as many batches as there are connections, which bounds the queue. Every `acquire`
/// must be followed by exactly one `release`.
final class ConnectionLimit: Sendable {
    private struct State {
        var free: Int
        var queue: [CheckedContinuation<Void, Never>] = []
    }

    private let count: Int
    private let state: Mutex<State>

    /// - Parameter count: the most requests in flight, at least 1.
    init(_ count: Int) {
        assert(count > 0, "at least one request may be in flight")
        self.count = count
        state = Mutex(State(free: count))
    }

    /// Waits for a free slot and takes it. Cancellation does not end the wait.
    func acquire() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.queue.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    /// Gives the slot back, or passes it to the first waiting request.
    func release() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if state.queue.isEmpty {
                state.free += 1
                assert(state.free <= count, "a slot is released once for each time it is acquired")
                return nil
            }
            return state.queue.removeFirst()
        }
        next?.resume()
    }
}
