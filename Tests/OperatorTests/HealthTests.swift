import ArgumentParser
import Delivery
import Testing

@testable import journey_outbox

@Suite struct HealthTests {
    @Test func `a worker is ready from its takeover until it stops, also when paused`() {
        let health = WorkerHealth(unseenMax: .seconds(180))
        #expect(!health.isReady)
        health.note(.tookOver(openBatches: 0))
        let pause = Pause(
            scope: .everything, cause: "operator", detail: nil, requestID: nil, since: Scene.now, nextProbe: nil,
            probes: 0)
        health.note(.paused(pause))
        #expect(health.isReady)
        health.note(.stopping(inFlight: 1))
        #expect(!health.isReady)
    }

    @Test func `a loop without an event for too long is not alive`() {
        let health = WorkerHealth(unseenMax: .seconds(180))
        let start = ContinuousClock.now
        health.note(.looked, at: start)
        #expect(health.isAlive(at: start + .seconds(180)))
        #expect(!health.isAlive(at: start + .seconds(181)))
        health.note(.storeBusy(times: 9), at: start + .seconds(170))
        #expect(health.isAlive(at: start + .seconds(181)))
    }

    @Test(arguments: [
        ("127.0.0.1:9191", ListenAddress.tcp(host: "127.0.0.1", port: 9191)),
        ("[::1]:80", .tcp(host: "::1", port: 80)), ("localhost:0", .tcp(host: "localhost", port: 0)),
        ("unix:/run/a:b", .unix(path: "/run/a:b")),
    ])
    func `a listen address is parsed`(text: String, address: ListenAddress) {
        #expect(ListenAddress(argument: text) == address)
    }

    @Test(arguments: ["9191", ":9191", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:65536", "::1:80", "unix:", ""])
    func `an ambiguous listen address is refused`(text: String) {
        #expect(ListenAddress(argument: text) == nil)
    }
}
