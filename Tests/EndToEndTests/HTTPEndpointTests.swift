import AsyncHTTPClient
import Foundation
import GRDB
import JourneyOutbox
import NIOCore
import NIOHTTP1
import Prometheus
import Sandbox
import Testing

@testable import journey_outbox

@Suite(.timeLimit(.minutes(3)))
struct HTTPEndpointTests {
    private static func get(_ url: String) async throws -> (status: Int, text: String) {
        let response = try await HTTPClient.shared.execute(
            HTTPClientRequest(url: url), deadline: .now() + .seconds(30))
        let body = try await response.body.collect(upTo: 1 << 20)
        return (Int(response.status.code), String(buffer: body))
    }

    /// The address at which the worker reports that it serves.
    private static func address(of worker: ChildProcess, _ bench: Workbench) async throws -> String {
        try await bench.untilOutput(of: worker, contains: "http_listening address=")
        let text = try worker.text
        let match = try #require(text.firstMatch(of: /http_listening address=(\S+)/))
        return "http://\(match.1)"
    }

    @Test func `a running worker serves what the table of metrics lists, and is healthy`() async throws {
        try await Workbench.open { bench in
            try bench.insert(150)
            try bench.insert(1, named: { _ in "reject-permanent-1" })
            let worker = try bench.start(["run", "--http", "127.0.0.1:0"])
            let address = try await Self.address(of: worker, bench)
            try await bench.untilQuery("SELECT count(*) FROM outbox_dead", is: 1)
            try await bench.untilQuery("SELECT count(*) FROM outbox_history", is: 150)
            // The settlements of a round are counted directly after its commit.
            var text = ""
            while !text.contains("\njourney_outbox_intents_delivered_total 150\n") {
                text = try await Self.get(address + "/metrics").text
            }
            for metric in MetricCatalogue.all { #expect(text.contains("# TYPE \(metric.name) \(metric.kind.name)\n")) }
            let heads = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
            let served = Set(heads.map { String($0.split(separator: " ")[2]) })
            #expect(served == Set(MetricCatalogue.all.map(\.name)))
            #expect(text.contains("\njourney_outbox_delivery_duration_seconds_count 150\n"))
            #expect(text.contains(#"journey_outbox_request_duration_seconds_count{status="2xx"}"#))
            #expect(text.contains("\njourney_outbox_intents_dead_total 1\n"))
            #expect(!text.contains("cust-") && !text.contains(Workbench.secret))
            try await Self.checkWithPromtool(text, in: bench.folder)
            #expect(try await Self.get(address + "/healthz") == (200, "ok\n"))
            #expect(try await Self.get(address + "/readyz") == (200, "ready\n"))
            #expect(try await Self.get(address + "/else").status == 404)
            worker.send(SIGTERM)
            #expect(await worker.end() == .exited(0))
            #expect(try worker.text.components(separatedBy: "worker_stopped").count == 2)
        }
    }

    /// The result of promtool for the text, when promtool is installed.
    private static func checkWithPromtool(_ text: String, in folder: URL) async throws {
        let file = folder.appendingPathComponent("metrics.txt")
        try text.write(to: file, atomically: true, encoding: .utf8)
        let command = "command -v promtool >/dev/null || exit 0; exec promtool check metrics < '\(file.path)' 2>&1"
        let check = try ChildProcess(["-c", command], program: "/bin/sh", in: folder)
        let end = await check.end()
        let said = try check.text
        #expect(end == .exited(0), "\(said)")
    }

    @Test func `a scrape is answered while another process holds the database, and a paused worker is ready`()
        async throws
    {
        try await Workbench.open(journalMode: "delete") { bench in
            let pause = try bench.start(["pause"])
            #expect(await pause.end() == .exited(0))
            let worker = try bench.start(["run", "--http", "127.0.0.1:0"])
            try await bench.untilOutput(of: worker, contains: "worker_started")
            let address = try await Self.address(of: worker, bench)
            try await Self.holding(bench) {
                for path in ["/metrics", "/readyz", "/healthz"] {
                    let answer = try await Self.get(address + path)
                    #expect(answer.status == 200)
                }
            }
            worker.send(SIGTERM)
            #expect(await worker.end() == .exited(0))
        }
    }

    /// Holds an exclusive lock of the database while the body runs.
    private static func holding(_ bench: Workbench, _ body: () async throws -> Void) async throws {
        let release = DispatchSemaphore(value: 0)
        await withCheckedContinuation { (held: CheckedContinuation<Void, Never>) in
            Thread.detachNewThread {
                do {
                    try bench.business.inTransaction(.exclusive) { _ in
                        held.resume()
                        release.wait()
                        return .rollback
                    }
                } catch {
                    Issue.record("\(error)")
                }
            }
        }
        defer { release.signal() }
        try await body()
    }

    @Test func `metrics are served on a socket file, too, which replaces one that a crash left`() async throws {
        try await Workbench.open { bench in
            let path = bench.folder.appendingPathComponent("http.sock").path
            for signal in [SIGKILL, SIGTERM] {
                let worker = try bench.start(["run", "--http", "unix:\(path)"])
                try await bench.untilOutput(of: worker, contains: "http_listening address=unix:\(path)")
                let url = try #require(URL(httpURLWithSocketPath: path, uri: "/healthz"))
                #expect(try await Self.get(url.absoluteString) == (200, "ok\n"))
                worker.send(signal)
                _ = await worker.end()
            }
        }
    }

    @Test func `an address in use is logged, and intents are delivered anyway`() async throws {
        try await Workbench.open { bench in
            try bench.insert(3)
            let worker = try bench.start(["run", "--http", "127.0.0.1:\(bench.port)"])
            try await bench.untilOutput(of: worker, contains: "http_unavailable")
            try await bench.untilQuery("SELECT count(*) FROM outbox_history", is: 3)
            worker.send(SIGTERM)
            #expect(await worker.end() == .exited(0))
        }
    }

    @Test func `a trace that all intents of a request share is continued`() async throws {
        try await Workbench.open { bench in
            let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            try bench.insert(2, changing: { $0.traceparent = trace })
            try await bench.expectDrained()
            #expect(bench.sandbox.requests().filter { $0.method == "POST" }.map(\.traceparent) == [trace])
            try bench.insert(1, changing: { $0.traceparent = trace })
            try bench.insert(1, named: { _ in "other" })
            try await bench.expectDrained()
            #expect(bench.sandbox.requests().last { $0.method == "POST" }?.traceparent == nil)
        }
    }

    @Test func `no contact, payload or API key reaches the log with any answer of the API`() async throws {
        try await Workbench.open { bench in
            try bench.insert(
                5, named: { "canary-contact-\($0)" }, changing: { $0.data = #"{"note":"canary-payload"}"# })
            try bench.insert(1, named: { _ in "reject-permanent-canary" })
            for format in ["text", "json"] {
                let drain = try bench.start(["drain", "--verbose", "--log-format", format])
                #expect(await drain.end() == .exited(0))
                let log = try drain.text.split(separator: "\n").filter {
                    $0.contains("batch_") || $0.contains("intent_")
                }
                #expect(format == "json" || log.contains { $0.contains("intent_dead") && $0.contains("contact=hash:") })
                for canary in [Workbench.secret, "canary"] { #expect(!log.joined().contains(canary)) }
            }
            try bench.insert(1, named: { _ in "reject-permanent-canary" })
            let open = try bench.start(["drain", "--log-contacts"])
            #expect(await open.end() == .exited(0))
            #expect(try open.text.contains("contact=reject-permanent-canary"))
        }
    }
}
