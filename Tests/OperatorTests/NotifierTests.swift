import Delivery
import Foundation
import Operation
import Testing

@testable import journey_outbox

@Suite struct NotifierTests {
    /// systemd's side of the protocol: a datagram socket.
    private final class Listener {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("notify-\(UUID().uuidString)").path
        private let descriptor: Int32

        init() throws {
            descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
            let bound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            #expect(bound == 0)
        }

        deinit {
            close(descriptor)
            unlink(path)
        }

        /// The messages since the last call. A send to a local socket has arrived when it returns.
        func received() -> [String] {
            var all: [String] = []
            var bytes = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = recv(descriptor, &bytes, bytes.count, 0)
                guard count > 0 else { return all }
                all.append(String(decoding: bytes.prefix(count), as: UTF8.self))
            }
        }
    }

    private static let pause = Pause(
        scope: .everything, cause: "operator", detail: "deploy of ann@example.com", requestID: nil, since: Scene.now,
        nextProbe: nil, probes: 0)

    @Test func `a path in the status adds no message to systemd`() throws {
        let listener = try Listener()
        ServiceNotifier(environment: ["NOTIFY_SOCKET": listener.path]).awaitAdoption("copied: /a\nMAINPID=1\u{1B}[2J")
        #expect(
            listener.received() == [
                #"READY=1"# + "\n" + #"STATUS=paused until journey-outbox adopt: copied: /a\u000aMAINPID=1\u001b[2J"#
            ])
    }

    @Test func `systemd is notified of start, backlog, pause, reload and stop`() throws {
        let listener = try Listener()
        let notifier = ServiceNotifier(environment: ["NOTIFY_SOCKET": listener.path])
        notifier.note(.tookOver(openBatches: 0))
        #expect(listener.received() == ["READY=1", "STATUS=delivering"])
        let estimate = DrainEstimate(due: 1200, perSecond: 10, isPaused: false)
        notifier.note(estimate, pauses: [])
        notifier.note(estimate, pauses: [])
        #expect(listener.received() == ["STATUS=delivering: 1200 due, about 2 min left"])
        notifier.note(.paused(Self.pause))
        #expect(listener.received() == ["STATUS=paused (operator): 1200 due, about 2 min left"])
        notifier.note(.resumed(scope: .everything, cause: "operator"))
        _ = listener.received()
        notifier.reloading()
        notifier.reloaded()
        let reload = listener.received()
        #expect(reload.first?.wholeMatch(of: /RELOADING=1\nMONOTONIC_USEC=[1-9][0-9]*/) != nil)
        #expect(reload.last == "READY=1")
        notifier.note(.stopping(inFlight: 3))
        #expect(listener.received() == ["STOPPING=1", "STATUS=stopping, 3 requests in flight"])
    }

    @Test func `only the loop triggers the watchdog, and not more often than necessary`() throws {
        let listener = try Listener()
        let notifier = ServiceNotifier(environment: [
            "NOTIFY_SOCKET": listener.path, "WATCHDOG_USEC": "60000000", "WATCHDOG_PID": String(getpid()),
        ])
        #expect(notifier.lookInterval == .seconds(20))
        notifier.note(.round(RoundResult()))
        notifier.note(DrainEstimate(due: 0, perSecond: 0, isPaused: false), pauses: [])
        #expect(!listener.received().contains("WATCHDOG=1"))
        for _ in 0..<5 { notifier.note(.looked) }
        #expect(listener.received() == ["WATCHDOG=1"])
        let other = ServiceNotifier(environment: [
            "NOTIFY_SOCKET": listener.path, "WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1",
        ])
        other.note(.looked)
        #expect(listener.received() == [])
    }

    @Test func `only a locked database extends the time to start and to stop`() throws {
        let listener = try Listener()
        let notifier = ServiceNotifier(environment: ["NOTIFY_SOCKET": listener.path])
        notifier.noteBusyStart(1)
        notifier.note(.storeBusy(times: 2))
        #expect(listener.received() == ["EXTEND_TIMEOUT_USEC=30000000"])
        notifier.note(.tookOver(openBatches: 0))
        _ = listener.received()
        notifier.note(.storeBusy(times: 1))
        #expect(listener.received() == [])
    }

    @Test func `a stopping worker extends its stop timeout by its own timeout`() throws {
        let listener = try Listener()
        let notifier = ServiceNotifier(environment: ["NOTIFY_SOCKET": listener.path])
        notifier.note(.tookOver(openBatches: 0))
        notifier.note(.stopping(inFlight: 0))
        _ = listener.received()
        notifier.note(.storeBusy(times: 1))
        #expect(listener.received() == ["EXTEND_TIMEOUT_USEC=30000000"])
    }

    @Test func `a standby has started, reports its state, and is healthy`() throws {
        let listener = try Listener()
        let health = WorkerHealth(unseenMax: .seconds(60))
        let notifier = ServiceNotifier(environment: ["NOTIFY_SOCKET": listener.path], health: health)
        #expect(!health.isReady)
        notifier.standBy(holder: "77")
        #expect(listener.received() == ["READY=1\nSTATUS=standing by: pid 77 is the worker"])
        #expect(health.isReady)
        notifier.note(DrainEstimate(due: 3, perSecond: 1, isPaused: false), pauses: [])
        #expect(listener.received() == [])
        let later = ContinuousClock.now + .seconds(59)
        notifier.feed()
        #expect(health.isAlive(at: later))
        notifier.note(.tookOver(openBatches: 0))
        #expect(listener.received() == ["READY=1", "STATUS=delivering: 3 due, about 3 s left"])
    }

    @Test func `without a socket nothing is sent`() {
        #expect(!ServiceNotifier(environment: [:]).hasSocket)
        #expect(!ServiceNotifier(environment: ["NOTIFY_SOCKET": String(repeating: "x", count: 200)]).hasSocket)
    }
}
