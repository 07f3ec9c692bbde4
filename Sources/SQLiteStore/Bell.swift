import Synchronization

/// Wakes one waiter before its time: rung by whoever has news, and silent again once somebody has taken it up.
final class Bell: Sendable {
    private struct State {
        var rings = false
        /// The time is over, perhaps before anyone waited.
        var isDue = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func ring() {
        wake { $0.rings = true }
    }

    func hush() {
        state.withLock { $0.rings = false }
    }

    /// Waits until it rings, at most so long; true when it rings. Throws only `CancellationError`.
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
                        if state.rings || state.isDue || Task.isCancelled { return true }
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
        return state.withLock { $0.rings }
    }

    private func wake(_ note: (inout State) -> Void) {
        let waiter = state.withLock { state in
            note(&state)
            return state.waiter.take()
        }
        waiter?.resume()
    }
}
