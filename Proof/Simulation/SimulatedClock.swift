import Delivery
import Synchronization

/// The clocks as one simulated process reads them: the monotonic one is the simulation's time.
final class SimulatedClock: WorkerClock {
    private let agenda: Agenda
    private let wall: WallClock
    private let sleepers = Mutex<[Int: CheckedContinuation<Void, Never>]>([:])

    init(agenda: Agenda, wall: WallClock) {
        self.agenda = agenda
        self.wall = wall
    }

    func now() -> Moment {
        Moment(wall: WallTime(milliseconds: wall.now), monotonic: .milliseconds(agenda.now))
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
