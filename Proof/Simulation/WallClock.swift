import Synchronization

/// The one wall clock of the simulated machine: the simulation's time, off by what people and time servers have stepped.
final class WallClock: Sendable {
    private let agenda: Agenda
    private let offset = Mutex<Int64>(0)

    init(_ agenda: Agenda) { self.agenda = agenda }

    /// By how many milliseconds it is ahead of the true time.
    var ahead: Int64 { offset.withLock { $0 } }

    /// What it shows, in milliseconds of Unix time.
    var now: Int64 { agenda.now + ahead }

    func step(by milliseconds: Int64) { offset.withLock { $0 += milliseconds } }
}
