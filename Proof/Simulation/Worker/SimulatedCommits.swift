import Delivery
import Synchronization

/// Notifies workers of commits, as inotify and `data_version` do in production.
final class SimulatedCommits: CommitSource {
    private let state = Mutex<(next: Int, listeners: [Int: @Sendable () -> Void])>((0, [:]))

    func notify() {
        for listener in state.withLock({ $0.listeners.sorted { $0.key < $1.key }.map(\.value) }) { listener() }
    }

    func watch(_ notify: @escaping @Sendable () -> Void) async throws {
        let id = state.withLock { state in
            state.next += 1
            state.listeners[state.next] = notify
            return state.next
        }
        let ended = Mutex<(isEnded: Bool, continuation: CheckedContinuation<Void, Never>?)>((false, nil))
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isEnded = ended.withLock { ended in
                    if ended.isEnded || Task.isCancelled { return true }
                    ended.continuation = continuation
                    return false
                }
                if isEnded { continuation.resume() }
            }
        } onCancel: {
            ended.withLock { ended in
                ended.isEnded = true
                return ended.continuation.take()
            }?.resume()
        }
        state.withLock { _ = $0.listeners.removeValue(forKey: id) }
        throw CancellationError()
    }
}
