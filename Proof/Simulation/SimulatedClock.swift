import Delivery
import Synchronization

/// The clocks of one simulated process: the monotonic one is the simulation's time, the wall one is off by an offset.
final class SimulatedClock: WorkerClock {
    private let agenda: Agenda
    private let offset: Mutex<Int64>
    private let sleepers = Mutex<[Int: CheckedContinuation<Void, Never>]>([:])

    /// - Parameter offset: by how many milliseconds the wall clock is ahead of the true time.
    init(agenda: Agenda, offset: Int64) {
        self.agenda = agenda
        self.offset = Mutex(offset)
    }

    func stepWall(by milliseconds: Int64) { offset.withLock { $0 += milliseconds } }

    func now() -> Moment {
        let now = agenda.now
        return Moment(wall: WallTime(milliseconds: now + offset.withLock { $0 }), monotonic: .milliseconds(now))
    }

    func sleep(untilMonotonic time: Duration) async throws {
        try Task.checkCancellation()
        let milliseconds = time.milliseconds + (time > .milliseconds(time.milliseconds) ? 1 : 0)
        guard milliseconds > agenda.now else { return }
        let ticket = Mutex<Int?>(nil)
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let number = agenda.at(milliseconds) { [self] in wake(ticket.withLock { $0 }) }
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
        agenda.remove(number)
        sleepers.withLock { $0.removeValue(forKey: number) }?.resume()
    }
}
