import Delivery
import Foundation
import Synchronization

/// Tells systemd how the service fares, by the protocol of sd_notify(3).
///
/// Without `NOTIFY_SOCKET` every call does nothing. The watchdog is fed only when the worker's loop goes round, at
/// most three times an interval.
final class ServiceNotifier: Sendable {
    private let socketPath: String?
    private let feedInterval: Duration?
    private let lastFed = Mutex<ContinuousClock.Instant?>(nil)

    init(environment: [String: String]) {
        socketPath = environment["NOTIFY_SOCKET"]
        let isForUs = environment["WATCHDOG_PID"].map { $0 == String(getpid()) } ?? true
        feedInterval = environment["WATCHDOG_USEC"].flatMap(Int64.init).flatMap {
            isForUs ? .microseconds($0 / 3) : nil
        }
    }

    /// How often the loop has to go round for the watchdog's sake.
    var lookInterval: Duration { min(feedInterval ?? .seconds(60), .seconds(60)) }

    func note(_ event: WorkerEvent) {
        switch event {
        case .tookOver: send("READY=1\nSTATUS=delivering")
        case .looked, .storeBusy: feed()
        case .stopping(let inFlight): send("STOPPING=1\nSTATUS=stopping, \(inFlight) requests in flight")
        case .paused(let pause): send("STATUS=paused: \(pause.cause)")
        case .resumed: send("STATUS=delivering")
        default: return
        }
    }

    /// The start is complete, though another worker works: the service manager is to wait for nothing.
    func standBy(holder: String) {
        send("READY=1\nSTATUS=standing by: pid \(holder) works")
    }

    /// Likewise while a person has to decide.
    func awaitAdoption(_ reason: String) {
        send("READY=1\nSTATUS=paused until journey-outbox adopt: \(reason)")
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

    /// Tells the watchdog that the service lives; does nothing when it was told lately.
    func feed() {
        guard let feedInterval else { return }
        let now = ContinuousClock.now
        let isDue = lastFed.withLock { last in
            if let last, now - last < feedInterval / 2 { return false }
            last = now
            return true
        }
        if isDue { send("WATCHDOG=1") }
    }

    private func send(_ message: String) {
        guard let socketPath, !socketPath.isEmpty else { return }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array(socketPath.utf8).map { $0 == UInt8(ascii: "@") ? 0 : $0 }
        guard path.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
        let bytes = Array(message.utf8)
        // A notification that does not arrive is systemd's to miss: the watchdog draws the consequence.
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, length)
            }
        }
    }
}
