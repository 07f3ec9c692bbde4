import Foundation
import GRDB
import JourneyOutbox
import Sandbox
import Testing

@Suite(.timeLimit(.minutes(3)))
struct CommandTests {
    @Test func `a drain prints what died and exits 0`() async throws {
        try await Workbench.open { bench in
            try bench.insert(3)
            try bench.insert(1, named: { _ in "reject-permanent-1" })
            let drain = try bench.start(["drain"])
            #expect(await drain.end() == .exited(0))
            #expect(try drain.text.contains("parameter_invalid_format"))
            try bench.expectExactBooks()
        }
    }

    @Test func `a drain exits 3 as soon as only what waits for a person is left`() async throws {
        try await Workbench.open {
            $0.journeys[0].status = .draft
        } _: { bench in
            try bench.insert(3)
            let drain = try bench.start(["drain", "--timeout", "2m"])
            #expect(await drain.end() == .exited(3))
            #expect(try drain.text.contains("welcome"))
        }
    }

    @Test func `a drain exits 3 when time is up`() async throws {
        try await Workbench.open {
            $0.faults.errorBeforeEffect.probability = 1
        } _: { bench in
            try bench.insert(3)
            let drain = try bench.start(["drain", "--timeout", "1s"])
            #expect(await drain.end() == .exited(3))
        }
    }

    @Test func `plain http beyond loopback is refused with exit 78`() async throws {
        try await Workbench.open { bench in
            let yaml = bench.yaml.replacingOccurrences(of: bench.url, with: "http://api.example.com")
            let run = try bench.start(["run"], configuration: yaml)
            #expect(await run.end() == .exited(78))
            #expect(try run.text.contains("http"))
        }
    }

    @Test func `a database without its triggers is refused with exit 78, naming what is missing`() async throws {
        try await Workbench.open { bench in
            try await bench.business.write { try $0.execute(sql: "DROP TRIGGER outbox_guard") }
            let run = try bench.start(["run"])
            #expect(await run.end() == .exited(78))
            #expect(try run.text.contains("outbox_guard"))
        }
    }

    @Test func `a wrong word is refused with exit 64`() async throws {
        try await Workbench.open { bench in
            let run = try bench.start(["drain", "--timeout", "soon"])
            #expect(await run.end() == .exited(64))
        }
    }

    @Test func `the API key and the payloads appear in no output`() async throws {
        try await Workbench.open { bench in
            try bench.insert(
                20, named: { "canary-contact-\($0)" }, changing: { $0.data = #"{"note":"canary-payload"}"# })
            let drain = try bench.start(["drain", "--verbose"])
            #expect(await drain.end() == .exited(0))
            let text = try drain.text
            #expect(text.contains("batch_settled"))
            for canary in [Workbench.secret, "canary-payload", "canary-contact"] { #expect(!text.contains(canary)) }
        }
    }
}
