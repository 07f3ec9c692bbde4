import Foundation
import Sandbox
import Testing

/// Reading the configuration again while the worker runs.
@Suite(.timeLimit(.minutes(3)))
struct ReloadTests {
    @Test func `changes that a running worker cannot apply are reported as waiting for a restart or refused`()
        async throws
    {
        try await Workbench.open { bench in
            let file = bench.folder.appendingPathComponent("journey-outbox.yaml")
            func configure(_ yaml: String) throws { try yaml.write(to: file, atomically: true, encoding: .utf8) }
            try configure(bench.yaml)
            let worker = try bench.start(["run"], file: file)
            try await bench.untilOutput(of: worker, contains: "worker_started")

            try configure(bench.yaml + "\n  connections: 3\n  request_timeout: 7s\n")
            worker.send(SIGHUP)
            try await bench.untilOutput(of: worker, contains: "configuration_awaits_restart")
            #expect(try worker.text.contains("configuration_reloaded"))
            #expect(
                try worker.text.contains(
                    #"configuration_awaits_restart keys="delivery.connections, delivery.request_timeout""#))

            try configure(bench.yaml.replacingOccurrences(of: "app.db", with: "other.db"))
            worker.send(SIGHUP)
            try await bench.untilOutput(of: worker, contains: "configuration_refused")
            #expect(try worker.text.contains("database cannot change while the worker runs: restart it"))
            // The worker continues with the old configuration.
            try bench.insert(1)
            try await bench.untilTrue { bench.sandbox.effects().count == 1 }
            worker.send(SIGTERM)
            #expect(await worker.end() == .exited(0))
        }
    }
}
