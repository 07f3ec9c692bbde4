import Delivery
import Foundation
import Sandbox
import Testing

/// Changes by the operator while requests are frozen.
@Suite(.timeLimit(.minutes(3)))
struct LifecycleCommandTests {
    @Test func `journeys are added, removed and renumbered while requests of theirs are frozen`() async throws {
        try await Workbench.open {
            $0.faults.errorBeforeEffect.probability = 1
        } _: { bench in
            let file = bench.folder.appendingPathComponent("journey-outbox.yaml")
            func configure(_ journeys: String) throws {
                let yaml = bench.yaml.split(separator: "\n", omittingEmptySubsequences: false)
                    .filter { !$0.contains("{ id:") }.joined(separator: "\n")
                    .replacingOccurrences(of: "journeys:", with: "journeys: {\(journeys)}")
                try yaml.write(to: file, atomically: true, encoding: .utf8)
            }
            try configure("welcome: {id: 33}, trial-ending: {id: 41, entrance_id: 42}")
            try bench.insert(2)
            try bench.insert(1, journey: Workbench.entrance)
            let worker = try bench.start(["run"], file: file)
            // Both were sent and failed. From now on they keep their key and target.
            try await bench.untilTrue {
                try bench.query("SELECT count(*) FROM outbox_batch WHERE possibly_executed_since IS NOT NULL") == 2
            }
            let added = Journey(name: "added", id: 33)
            try bench.insert(1, journey: added, named: { _ in "cust-added" })
            // One journey is renumbered, one is removed and one is added.
            try configure("welcome: {id: 41}, added: {id: 33}")
            worker.send(SIGHUP)
            try await bench.untilOutput(of: worker, contains: "configuration_reloaded")
            bench.sandbox.change { $0.faults.errorBeforeEffect.probability = 0 }
            try await bench.untilTrue { bench.sandbox.effects().count == 4 }
            worker.send(SIGTERM)
            #expect(await worker.end() == .exited(0))
            try bench.expectExactBooks()
            let paths = bench.sandbox.effects().map { "\($0.journey)" }.sorted()
            #expect(paths == ["33", "33", "33", "41"])
        }
    }

    @Test func `a journey is paused and resumed beside a running worker, and the pause survives the worker`()
        async throws
    {
        try await Workbench.open { bench in
            let worker = try bench.start(["run"])
            try await bench.untilOutput(of: worker, contains: "worker_started")
            let pause = try bench.start(["pause", "welcome", "--reason", "deploy"])
            #expect(await pause.end() == .exited(0))
            try bench.insert(2)
            try bench.insert(1, journey: Workbench.entrance)
            try await bench.untilTrue { bench.sandbox.effects().count == 1 }
            worker.send(SIGTERM)
            #expect(await worker.end() == .exited(0))

            let second = try bench.start(["run"])
            try await bench.untilOutput(of: second, contains: "worker_started")
            try bench.insert(1, journey: Workbench.entrance, named: { _ in "cust-later" })
            try await bench.untilTrue { bench.sandbox.effects().count == 2 }
            // The effect happens before the answer that settles it.
            try await bench.untilTrue { try bench.states() == ["delivered": 2, "pending": 2] }
            let resume = try bench.start(["resume", "welcome"])
            #expect(await resume.end() == .exited(0))
            try await bench.untilTrue { bench.sandbox.effects().count == 4 }
            second.send(SIGTERM)
            #expect(await second.end() == .exited(0))
            try bench.expectExactBooks()
        }
    }
}
