import Delivery
import Foundation
import PlainText
import Synchronization

/// Reports the state of the service to systemd, by the protocol of sd_notify(3).
///
/// Without `NOTIFY_SOCKET` every call does nothing. The watchdog is fed only when the worker's loop runs, at most three
/// times in an interval. While other processes hold the database, start and stop can take longer than the unit allows:
/// the notifier then asks for more time, within a bound.
final class ServiceNotifier: Sendable {
    /// How much more time one request asks for, and the number of requests in total.
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
        /// What the worker waits for before it can begin, as one line.
        var waiting: String?
    }

    private let socket: NotifySocket?
    private let feedInterval: Duration?
    private let health: WorkerHealth?
    private let state = Mutex(State())

    /// - Parameter health: notes that the process is alive before the worker begins.
    init(environment: [String: String], health: WorkerHealth? = nil) {
        self.health = health
        socket = NotifySocket(path: environment["NOTIFY_SOCKET"] ?? "")
        let isForUs = environment["WATCHDOG_PID"].map { $0 == String(getpid()) } ?? true
        feedInterval = environment["WATCHDOG_USEC"].flatMap(Int64.init).flatMap {
            isForUs ? .microseconds($0 / 3) : nil
        }
    }

    /// Whether systemd has given this process a socket.
    var hasSocket: Bool { socket != nil }

    /// How often the worker's loop has to run so that the watchdog is fed in time.
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

    /// Another process holds the database before the worker can begin: reports it on stderr, and asks systemd for time.
    func noteBusyStart(_ tries: Int) {
        SchemaCheck.sayBusy(tries)
        note(.storeBusy(times: tries))
    }

    /// Notes the backlog as it was sampled last, and the pauses as they are stored.
    func note(_ estimate: DrainEstimate, pauses: [Pause]) {
        state.withLock { state in
            state.backlog = estimate.text
            state.pauses = pauses
        }
        tellStatus()
    }

    /// Reports that the start is complete although another worker runs, so that the service manager stops waiting.
    func standBy(holder: String) {
        waitForTurn("standing by: pid \(holder) is the worker")
    }

    /// The same while the operator has to adopt the database.
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

    /// Reports the begin of a reload. systemd needs the time of it (sd_notify(3), RELOADING).
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
        if let pause = state.pauses.first(where: { $0.scope == .everything && $0.cause != .rateLimited }) {
            return "paused (\(SafeLabel.code(pause.cause.text)))\(backlog)"
        }
        let parked = state.pauses.count { $0.scope != .everything }
        return "delivering\(backlog)" + (parked == 0 ? "" : ", \(parked) journeys paused")
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

    /// Feeds the watchdog, unless it was fed less than half an interval ago.
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

    /// Sends one message. `PlainText` escapes what is interpolated, so that it cannot add a line of its own.
    private func send(_ message: PlainText) {
        socket?.send(message.text)
    }
}
