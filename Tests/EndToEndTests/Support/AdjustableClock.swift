import Delivery
import Foundation
import Synchronization

/// The machine's clocks plus an offset that a test changes, so that waiting for an hour takes no time.
final class AdjustableClock: WorkerClock {
    private struct State {
        var offset: Duration = .zero
        var wallOffset: Duration = .zero
        var generation = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var next = 0
    }

    private let system = SystemClock()
    private let state = Mutex(State())

    func now() -> Moment {
        let (offset, wallOffset) = state.withLock { ($0.offset, $0.wallOffset) }
        let real = system.now()
        return Moment(wall: real.wall + offset + wallOffset, monotonic: real.monotonic + offset)
    }

    /// Advances both clocks and wakes every sleeper, which checks its time.
    func advance(by duration: Duration) {
        let waiters = state.withLock { state in
            state.offset += duration
            state.generation += 1
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume() }
    }

    /// Steps only the wall clock, as an operator or a time server does.
    func stepWall(by duration: Duration) {
        state.withLock { $0.wallOffset += duration }
    }

    func sleep(untilMonotonic time: Duration) async throws {
        while true {
            try Task.checkCancellation()
            let (generation, rest) = state.withLock { ($0.generation, time - (system.now().monotonic + $0.offset)) }
            if rest <= .zero { return }
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    do { try await Task.sleep(for: rest) } catch { return }
                }
                group.addTask { await self.nextAdvance(after: generation) }
                await group.next()
                group.cancelAll()
            }
        }
    }

    private func nextAdvance(after generation: Int) async {
        let ticket = state.withLock { state in
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isPast = state.withLock { state in
                    if state.generation != generation || Task.isCancelled { return true }
                    state.waiters[ticket] = continuation
                    return false
                }
                if isPast { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: ticket) }?.resume()
        }
    }
}
