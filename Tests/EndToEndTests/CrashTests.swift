import Delivery
import Foundation
import Sandbox
import Testing

@Suite(.timeLimit(.minutes(3)))
struct CrashTests {
    private static let cases = ProcessFault.Stage.allCases.flatMap { stage in
        [Workbench.users, Workbench.entrance].map { (stage, $0) }
    }

    @Test(arguments: cases)
    func `a worker that is killed at any stage loses and doubles nothing`(
        stage: ProcessFault.Stage, journey: Journey
    ) async throws {
        try await Workbench.open { bench in
            try bench.insert(journey == Workbench.users ? 950 : 12, journey: journey)
            try bench.insert(1, journey: journey, named: { _ in "reject-permanent-1" })
            for visit in 1...2 {
                let worker = try bench.start(["run"], fault: .stop(at: stage, visit: visit))
                #expect(await worker.change() == .stopped)
                worker.send(SIGKILL)
                #expect(await worker.end() == .killed(SIGKILL))
                try bench.insert(5, journey: journey)
            }
            let last = try bench.start(["drain"])
            #expect(await last.end() == .exited(0))
            #expect(try bench.states()["dead"] == 1)
            try bench.expectExactBooks()
        }
    }

    @Test func `SIGTERM settles what is in flight and exits 0`() async throws {
        try await Workbench.open {
            $0.faults.delayBeforeEffectMilliseconds = 300
        } _: { bench in
            try bench.insert(250)
            let worker = try bench.start(["run"])
            // The effects come after the delay, so that the claimed batch is in flight.
            try await bench.untilTrue { try bench.query("SELECT count(*) FROM outbox") == 0 }
            worker.send(SIGTERM)
            #expect(await worker.end() == .exited(0))
            #expect(try bench.query("SELECT count(*) FROM outbox_batch WHERE state = 'sending'") == 0)
            #expect(try bench.states() == ["delivered": 250])
            try bench.expectExactBooks()
        }
    }

    @Test func `a reload reads the configuration again and refuses an invalid one`() async throws {
        try await Workbench.open { bench in
            let file = bench.folder.appendingPathComponent("journey-outbox.yaml")
            try bench.yaml.replacingOccurrences(of: "welcome:", with: "wellcome:")
                .write(to: file, atomically: true, encoding: .utf8)
            try bench.insert(3)
            try bench.insert(1, journey: Workbench.entrance)
            let effects = bench.sandbox.watch()
            let worker = try bench.start(["run"], file: file)
            for await record in effects { if case .effect = record { break } }
            #expect(bench.sandbox.effects().count == 1)
            // An invalid file or another database is refused with a reason, and the old configuration stays.
            try bench.yaml.replacingOccurrences(of: "id: 33", with: "id: thirty-three")
                .write(to: file, atomically: true, encoding: .utf8)
            worker.send(SIGHUP)
            try await bench.untilOutput(of: worker, contains: "journeys.welcome.id")
            try bench.yaml.replacingOccurrences(of: "app.db", with: "other.db")
                .write(to: file, atomically: true, encoding: .utf8)
            worker.send(SIGHUP)
            try await bench.untilOutput(of: worker, contains: "database cannot change while the worker runs")
            #expect(try worker.text.components(separatedBy: "configuration_refused").count == 3)
            #expect(bench.sandbox.effects().count == 1)
            try bench.yaml.write(to: file, atomically: true, encoding: .utf8)
            worker.send(SIGHUP)
            var seen = 1
            for await record in bench.sandbox.watch() {
                if case .effect = record { seen += 1 }
                if seen == 4 { break }
            }
            worker.send(SIGTERM)
            #expect(await worker.end() == .exited(0))
            try bench.expectExactBooks()
        }
    }

    @Test func `a second signal exits at once and loses nothing`() async throws {
        try await Workbench.open {
            $0.faults.delayAfterEffectMilliseconds = 20_000
        } _: { bench in
            try bench.insert(3)
            let records = bench.sandbox.watch()
            let worker = try bench.start(["run"])
            for await record in records { if case .effect = record { break } }
            worker.send(SIGTERM)
            try await bench.untilOutput(of: worker, contains: "worker_stopping")
            worker.send(SIGTERM)
            #expect(await worker.end() == .exited(128 + SIGTERM))
            bench.sandbox.change { $0.faults.delayAfterEffectMilliseconds = 0 }
            let last = try bench.start(["drain"])
            #expect(await last.end() == .exited(0))
            #expect(try bench.states() == ["delivered": 3])
            try bench.expectExactBooks()
        }
    }

    @Test func `a reload reads the API key again and ends the pause that the old key caused`() async throws {
        try await Workbench.open { bench in
            let key = bench.folder.appendingPathComponent("api-key")
            try "sk_test_revoked".write(to: key, atomically: true, encoding: .utf8)
            let yaml = bench.yaml.replacingOccurrences(
                of: "rate: unlimited", with: "rate: unlimited, key_file: \(key.path)")
            try bench.insert(3)
            let records = bench.sandbox.watch()
            let worker = try bench.start(["run"], configuration: yaml)
            try await bench.untilOutput(of: worker, contains: "pause_began")
            try Workbench.secret.write(to: key, atomically: true, encoding: .utf8)
            worker.send(SIGHUP)
            for await record in records { if case .effect = record { break } }
            worker.send(SIGTERM)
            #expect(await worker.end() == .exited(0))
            #expect(try bench.states() == ["delivered": 3])
            try bench.expectExactBooks()
        }
    }
}
