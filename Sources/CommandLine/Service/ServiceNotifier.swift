import Delivery
import Foundation
import PlainText
import Synchronization

/// Tells systemd how the service fares, by the protocol of sd_notify(3).
///
/// Without `NOTIFY_SOCKET` every call does nothing. The watchdog is fed only when the worker's loop goes round, at
/// most three times an interval. While the database is held by others, starting and stopping may take longer than the
/// unit allows: each such wait asks for more time, within a bound.
final class ServiceNotifier: Sendable {
    /// How much more time a wait for the database asks for, and how often in all.
    static let extensionTime: Duration = .seconds(30)
    static let extensionsMax = 20

    private enum Phase {
        case starting, working, stopping
    }

    private struct State {
        var lastFed: ContinuousClock.Instant?
        var phase = Phase.starting
        var extendedUntil: ContinuousClock.Instant?
        var extensions = 0
        var inFlight = 0
        var pauses: [Pause] = []
        var backlog = ""
        var status = ""
        /// What is waited for before the worker can begin.
        var waiting: String?
    }

    private let socket: NotifySocket?
    private let feedInterval: Duration?
    private let health: WorkerHealth?
    private let state = Mutex(State())

    /// - Parameter health: told of the signs of life before the worker begins.
    init(environment: [String: String], health: WorkerHealth? = nil) {
        self.health = health
        socket = NotifySocket(path: environment["NOTIFY_SOCKET"] ?? "")
        let isForUs = environment["WATCHDOG_PID"].map { $0 == String(getpid()) } ?? true
        feedInterval = environment["WATCHDOG_USEC"].flatMap(Int64.init).flatMap {
            isForUs ? .microseconds($0 / 3) : nil
        }
    }

    /// Whether anybody listens.
    var isHeard: Bool { socket != nil }

    /// How often the loop has to go round for the watchdog's sake.
    var lookInterval: Duration { min(feedInterval ?? .seconds(60), .seconds(60)) }

    func note(_ event: WorkerEvent) {
        switch event {
        case .tookOver:
            state.withLock { state in
                state.phase = .working
                state.waiting = nil
            }
            send("READY=1")
            tellStatus()
        case .looked: feed()
        case .storeBusy:
            feed()
            extendTimeout()
        case .stopping(let inFlight):
            state.withLock { state in
                state.phase = .stopping
                state.inFlight = inFlight
            }
            send("STOPPING=1")
            tellStatus()
        case .paused(let pause):
            state.withLock { $0.pauses.append(pause) }
            tellStatus()
        case .resumed(let scope, let cause):
            state.withLock { $0.pauses.removeAll { $0.scope == scope && $0.cause == cause } }
            tellStatus()
        default: return
        }
    }

    /// The database is held by others before the worker could begin: said on stderr, and systemd is asked for time.
    func noteBusyStart(_ tries: Int) {
        SchemaCheck.sayBusy(tries)
        note(.storeBusy(times: tries))
    }

    /// The backlog as it was sampled last, and the pauses as they are stored.
    func note(_ estimate: DrainEstimate, pauses: [Pause]) {
        state.withLock { state in
            state.backlog = estimate.text
            state.pauses = pauses
        }
        tellStatus()
    }

    /// The start is complete, though another worker works: the service manager is to wait for nothing.
    func standBy(holder: String) {
        waitForTurn("standing by: pid \(holder) works")
    }

    /// Likewise while a person has to decide.
    func awaitAdoption(_ reason: String) {
        waitForTurn("paused until journey-outbox adopt: \(reason)")
    }

    private func waitForTurn(_ line: String) {
        health?.waitForTurn()
        state.withLock { state in
            state.waiting = line
            state.status = line
        }
        send("READY=1\nSTATUS=\(line)")
    }

    /// Between the two halves of a reload; systemd wants the time at which it began.
    func reloading() {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        send("RELOADING=1\nMONOTONIC_USEC=\(Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)")
    }

    func reloaded() {
        send("READY=1")
    }

    // MARK: The messages

    /// One line for `systemctl status`, sent when it changes.
    private func tellStatus() {
        let line = state.withLock { state -> String? in
            let line = Self.status(state)
            guard line != state.status else { return nil }
            state.status = line
            return line
        }
        if let line { send("STATUS=\(line)") }
    }

    private static func status(_ state: State) -> String {
        if let waiting = state.waiting { return waiting }
        if state.phase == .stopping { return "stopping, \(state.inFlight) requests in flight" }
        let backlog = state.backlog.isEmpty ? "" : ": \(state.backlog)"
        if let pause = state.pauses.first(where: { $0.scope == .everything && $0.cause != Pause.rateCause }) {
            return "paused (\(ForeignText.code(pause.cause)))\(backlog)"
        }
        let parked = state.pauses.count { $0.scope != .everything }
        return "delivering\(backlog)" + (parked == 0 ? "" : ", \(parked) journeys held back")
    }

    private func extendTimeout() {
        let now = ContinuousClock.now
        let isDue = state.withLock { state in
            guard state.phase != .working, state.extensions < Self.extensionsMax,
                state.extendedUntil.map({ $0 - now < Self.extensionTime / 2 }) ?? true
            else { return false }
            state.extensions += 1
            state.extendedUntil = now + Self.extensionTime
            return true
        }
        if isDue { send("EXTEND_TIMEOUT_USEC=\(Self.extensionTime.components.seconds * 1_000_000)") }
    }

    /// Tells the watchdog that the service lives; does nothing when it was told lately.
    func feed() {
        health?.touch()
        guard let feedInterval else { return }
        let now = ContinuousClock.now
        let isDue = state.withLock { state in
            if let last = state.lastFed, now - last < feedInterval / 2 { return false }
            state.lastFed = now
            return true
        }
        if isDue { send("WATCHDOG=1") }
    }

    /// One message of a line each: whatever is interpolated forges no other.
    private func send(_ message: PlainText) {
        socket?.send(message.text)
    }
}
