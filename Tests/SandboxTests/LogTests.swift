import Foundation
import Sandbox
import Testing

@Suite struct LogTests {
    private func fields(_ record: SandboxRecord) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(record.line.utf8)) as? [String: Any])
    }

    @Test func `a line contains the values of its record`() throws {
        var drive = Drive()
        let body = "{\"users\":[{\"external_id\":\"tab\\tquote\\\"\",\"data\":{\"a\":\"\\n\"}}]}"
        let records = drive.send(Calls.trigger(body, key: "k")).records
        let effect = try fields(records[0])
        let request = try fields(records[1])
        #expect(effect["type"] as? String == "effect")
        #expect(effect["seq"] as? Int == 1)
        #expect(effect["external_id"] as? String == "tab\tquote\"")
        #expect(effect["data"] as? String == "{\"a\":\"\\n\"}")
        #expect(effect["entrance_id"] is NSNull)
        #expect((effect["entry_sha256"] as? String)?.count == 64)
        #expect(request["type"] as? String == "request")
        #expect(request["key"] as? String == "k")
        #expect(request["status"] as? Int == 200)
        #expect(request["wire"] as? String == "answer")
        #expect(request["users"] as? Int == 1)
        #expect(request["request_id"] as? String == effect["request_id"] as? String)
        #expect((request["api_key_fingerprint"] as? String)?.count == 12)
        #expect(!records[1].line.contains(Calls.apiKey))
    }

    @Test func `the file contains every line, and memory the newest`() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "sandbox-\(UUID()).ndjson").path
        defer { unlink(path) }
        var configuration = SandboxConfiguration(rate: [], logFile: path)
        configuration.logRecordsMax = 10
        let sandbox = try Sandbox(configuration)
        for _ in 0..<20 {
            _ = try await sandbox.receive(Calls.trigger(Calls.users("a")))
        }
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
        let kept = sandbox.records()
        #expect(lines.count == 40)
        #expect(kept.count <= 10)
        #expect(kept.map(\.line) == Array(lines.suffix(kept.count)))
        #expect(kept.last?.sequence == 40)
        #expect(sandbox.records(from: 39).count == 2)
        #expect(sandbox.records(from: 41).isEmpty)
    }

    @Test func `a log that cannot be opened is an error at once`() {
        #expect(throws: SandboxLogFailure.self) {
            try Sandbox(SandboxConfiguration(logFile: "/nowhere/at/all.ndjson"))
        }
    }

    @Test func `a log that cannot be written loses the answer`() async throws {
        let sandbox = try Sandbox(SandboxConfiguration(logFile: "/dev/full"))
        await #expect(throws: SandboxLogFailure.self) {
            _ = try await sandbox.receive(Calls.trigger(Calls.users("a")))
        }
    }
}
