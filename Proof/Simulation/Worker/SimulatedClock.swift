import Delivery
import Synchronization

/// The clocks of one simulated process. The monotonic clock is the simulated time.
final class SimulatedClock: WorkerClock {
    private let eventQueue: EventQueue
    private let wall: WallClock
    private let sleepers = Mutex<[Int: CheckedContinuation<Void, Never>]>([:])

    init(eventQueue: EventQueue, wall: WallClock) {
        self.eventQueue = eventQueue
        self.wall = wall
    }

    func now() -> Moment {
        Moment(wall: WallTime(milliseconds: wall.now), monotonic: .milliseconds(eventQueue.now))
    }

    func sleep(untilMonotonic time: Duration) async throws {
        try Task.checkCancellation()
        let milliseconds = time.milliseconds + (time > .milliseconds(time.milliseconds) ? 1 : 0)
        guard milliseconds > eventQueue.now else { return }
        let ticket = Mutex<Int?>(nil)
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let number = eventQueue.at(milliseconds) { [self] in wake(ticket.withLock { $0 }) }
                ticket.withLock { $0 = number }
                sleepers.withLock { $0[number] = continuation }
                if Task.isCancelled { wake(number) }
            }
        } onCancel: {
            wake(ticket.withLock { $0 })
        }
        try Task.checkCancellation()
    }

    private func wake(_ number: Int?) {
        guard let number else { return }
        eventQueue.remove(number)
        sleepers.withLock { $0.removeValue(forKey: number) }?.resume()
    }
}
