import Foundation
import GRDB
import JourneyOutbox
import Sandbox
import Testing

@Suite(.timeLimit(.minutes(3)))
struct CommandTests {
    @Test func `a drain prints the dead letters and exits 0`() async throws {
        try await Workbench.open { bench in
            try bench.insert(3)
            try bench.insert(1, named: { _ in "reject-permanent-1" })
            let drain = try bench.start(["drain"])
            #expect(await drain.end() == .exited(0))
            #expect(try drain.text.contains("parameter_invalid_format"))
            try bench.expectExactBooks()
        }
    }

    @Test func `a drain exits 3 as soon as everything left waits for the operator`() async throws {
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

    @Test func `plain HTTP to another host is refused with exit 78`() async throws {
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

extension CommandTests {
    @Test func `a drain prints one JSON object, and so do migrate and the sandbox`() async throws {
        try await Workbench.open { bench in
            try bench.insert(2)
            try bench.insert(1, named: { _ in "reject-permanent-1" })
            let drain = try bench.start(["drain", "--json"])
            #expect(await drain.end() == .exited(0))
            let line = try #require(try drain.text.split(separator: "\n").first { $0.hasPrefix("{") })
            #expect(
                line.hasPrefix(
                    #"{"outcome":"drained","died":1,"dead_letters":[{"id":3,"journey":"welcome","code":"parameter_invalid_format","#
                ))
            #expect(line.hasSuffix(#""left":null}"#))
            let migrate = try bench.start(["migrate", "--json"])
            #expect(await migrate.end() == .exited(0))
            #expect(try migrate.text == #"{"applied":[],"journal_mode":"wal"}"# + "\n")
        }
    }

    @Test func `a drain that cannot finish reports what is left`() async throws {
        try await Workbench.open {
            $0.journeys[0].status = .draft
        } _: { bench in
            try bench.insert(3)
            let drain = try bench.start(["drain", "--json", "--timeout", "2m"])
            #expect(await drain.end() == .exited(3))
            #expect(
                try drain.text.contains(
                    #"{"outcome":"blocked","died":0,"dead_letters":[],"left":{"journeys":{"welcome":3},"in_doubt":0,"not_configured":0}}"#
                ))
        }
    }

    @Test func `status repeats its output with --watch`() async throws {
        try await Workbench.open { bench in
            let status = try bench.start(["status", "--watch", "--interval", "100ms", "--json"])
            try await bench.untilOutput(of: status, contains: #""due":0"#)
            try bench.insert(2)
            try await bench.untilOutput(of: status, contains: #""due":2"#)
            status.send(SIGINT)
            _ = await status.end()
            #expect(try status.text.split(separator: "\n").allSatisfy { $0.hasPrefix(#"{"journeys":"#) })
        }
    }

    @Test func `doctor and journeys report a missing journey and exit 1`() async throws {
        try await Workbench.open { bench in
            let sound = try bench.start(["journeys", "--json"])
            #expect(await sound.end() == .exited(0))
            #expect(
                try sound.text.contains(
                    #"{"name":"welcome","id":33,"entrance_id":null,"title":"Journey 33","status":"live"}"#))
            let healthy = try bench.start(["doctor", "--json"])
            let end = await healthy.end()
            let told = try healthy.text
            #expect(end == .exited(0), "\(told)")
            let yaml = bench.yaml.replacingOccurrences(of: "id: 33", with: "id: 34")
            let journeys = try bench.start(["journeys"], configuration: yaml)
            #expect(await journeys.end() == .exited(1))
            let doctor = try bench.start(["doctor", "--json"], configuration: yaml)
            #expect(await doctor.end() == .exited(1))
            #expect(
                try doctor.text.contains(
                    #"{"name":"journey welcome","verdict":"fail","finding":"the API knows no journey 34","#))
        }
    }

    @Test func `why reports what a real worker has done`() async throws {
        try await Workbench.open {
            $0.faults.errorBeforeEffect.probability = 0
        } _: { bench in
            try bench.insert(2)
            let drain = try bench.start(["drain"])
            #expect(await drain.end() == .exited(0))
            let why = try bench.start(["why", "2"])
            #expect(await why.end() == .exited(0))
            let text = try why.text
            for part in [
                "intent 2 of welcome for cust-1: delivered", "frozen into batch 1, with intent 1", "HTTP 20",
                "delivered in batch 1",
            ] {
                #expect(text.contains(part), "\(text)")
            }
            let never = try bench.start(["why", "77"])
            #expect(await never.end() == .exited(1))
            #expect(try never.text.contains("the highest id given so far is 2"))
        }
    }

    @Test func `journeys reads the API's list to its end`() async throws {
        try await Workbench.open {
            $0.journeys += (100..<320).map { SandboxJourney(id: $0) }
        } _: { bench in
            let journeys = try bench.start(["journeys", "--json"])
            #expect(await journeys.end() == .exited(0))
            #expect(try journeys.text.matches(of: /"id":/).count == 222)
            #expect(try journeys.text.contains(#""id":319"#))
        }
    }

    @Test func `doctor reports an invalid configuration and a missing database, and makes its other checks`()
        async throws
    {
        try await Workbench.open { bench in
            let invalid = try bench.start(["doctor", "--database", bench.path], configuration: "nonsense: 1")
            #expect(await invalid.end() == .exited(1))
            #expect(try invalid.text.contains("fail  configuration: "))
            #expect(try invalid.text.contains("ok    schema: "))
            let missing = try bench.start(["doctor", "--database", bench.path + ".gone"])
            #expect(await missing.end() == .exited(1))
            #expect(try missing.text.contains("fail  database_file: there is no database at "))
            #expect(try missing.text.contains("ok    api: "))
        }
    }

    @Test func `doctor reports a refused API key and an unreachable API`() async throws {
        try await Workbench.open { bench in
            let key = bench.folder.appendingPathComponent("api-key")
            try "sk_test_revoked".write(to: key, atomically: true, encoding: .utf8)
            let yaml = bench.yaml.replacingOccurrences(
                of: "rate: unlimited", with: "rate: unlimited, key_file: \(key.path)")
            let refused = try bench.start(["doctor"], configuration: yaml)
            #expect(await refused.end() == .exited(1))
            #expect(try refused.text.contains("fail  api: \(bench.url) answers 401"))
            #expect(try refused.text.contains("warn  api_key: "))
            let silent = try bench.start(
                ["doctor"], configuration: bench.yaml.replacingOccurrences(of: bench.url, with: "http://127.0.0.1:1"))
            #expect(await silent.end() == .exited(1))
            #expect(try silent.text.contains("fail  api: http://127.0.0.1:1 cannot be reached"))
        }
    }
}
