import Synchronization

/// Wakes one waiter before its time: it stays set until it is cleared.
final class WakeSignal: Sendable {
    private struct State {
        var isSet = false
        /// The time is over, perhaps before the wait began.
        var isDue = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func set() {
        wake { $0.isSet = true }
    }

    func clear() {
        state.withLock { $0.isSet = false }
    }

    /// Waits until the signal is set, at most so long; true when it is set. Throws only `CancellationError`.
    func wait(atMost duration: Duration) async throws -> Bool {
        state.withLock { $0.isDue = false }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                do { try await Task.sleep(for: duration, tolerance: .zero) } catch { return }
                self.wake { $0.isDue = true }
            }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isOver = state.withLock { state in
                        if state.isSet || state.isDue || Task.isCancelled { return true }
                        assert(state.waiter == nil, "a wake signal has one waiter")
                        state.waiter = continuation
                        return false
                    }
                    if isOver { continuation.resume() }
                }
            } onCancel: {
                wake { $0.isDue = true }
            }
            group.cancelAll()
        }
        try Task.checkCancellation()
        return state.withLock { $0.isSet }
    }

    private func wake(_ change: (inout State) -> Void) {
        let waiter = state.withLock { state in
            change(&state)
            return state.waiter.take()
        }
        waiter?.resume()
    }
}
