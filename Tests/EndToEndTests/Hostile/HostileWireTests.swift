import Delivery
import Foundation
import GRDB
import SpotzeeAPI
import Testing

/// Answers over real sockets that could harm the worker's memory, its connections or its results.
///
/// `HOSTILE_WIRE` sets the number of answers of one run.
struct HostileWireTests {
    private static let answers = ProcessInfo.processInfo.environment["HOSTILE_WIRE"].flatMap(Int.init) ?? 40
    private static let seed = ProcessInfo.processInfo.environment["HOSTILE_SEED"].flatMap(UInt64.init) ?? 1
    /// How much memory a worker may use in addition: the answers of all connections at their limit, and free memory of
    /// the allocator.
    private static let growthMax = 64 << 20

    @Test func `no long, slow or false answer harms the worker's results, its memory or its connections`()
        async throws
    {
        let bomb = try Self.gzip(of: 200 << 20)
        let api = HostileAPI(seed: Self.seed, bomb: bomb)
        let server = try await RawServer { api.answer($0) }
        try await Workbench.open { bench in
            var bench = bench
            bench.front = server.port
            let yaml =
                bench.yaml.replacingOccurrences(of: "rate: unlimited", with: "rate: unlimited, idempotency: enforced")
                + "\n  request_timeout: 1s\n  connections: 6\n  batch_size: 5\n"
            try bench.insert(10)
            let worker = try bench.start(["run"], configuration: yaml)
            try await bench.untilTrue { api.hostileAnswers > 0 }
            let before = try Self.memory(of: worker.pid, "VmRSS")
            while api.hostileAnswers < Self.answers {
                let open = try bench.query("SELECT count(*) FROM outbox") ?? 0
                if open < 20 { try bench.insert(20) }
                try await Task.sleep(for: .milliseconds(50))
            }
            let most = try Self.memory(of: worker.pid, "VmHWM")
            api.calm()
            try await bench.untilTrue {
                try bench.query("SELECT count(*) FROM outbox_intents WHERE state <> 'in_doubt'") == 0
            }
            worker.send(SIGTERM)
            #expect(await worker.end() == .exited(0))
            #expect(most - before < Self.growthMax, "\(before >> 20) MiB grew to \(most >> 20) MiB")
            let doubts = try Self.expectExactBooks(bench, api)
            print(
                """
                hostile answers: \(api.hostileAnswers) over sockets of \(api.kinds.count) kinds, \(api.entered.count) \
                effects, \(doubts) in doubt; \(before >> 20) MiB grew to \(most >> 20) MiB at most
                """)
        }
        try await server.close()
    }

    @Test(.serialized, arguments: HostileAPI.AnswerKind.allCases)
    func `no answer takes longer than the request timeout`(kind: HostileAPI.AnswerKind) async throws {
        let api = HostileAPI(seed: Self.seed, bomb: try Self.gzip(of: 1 << 20), only: kind)
        let server = try await RawServer { api.answer($0) }
        let keys = APIKeyRing(current: "sk_test")
        let sender = SpotzeeSender(keys: keys, connections: 1, timeout: .seconds(1), agent: "test")
        let target = Target(url: "http://127.0.0.1:\(server.port)", journey: 33, entrance: nil, version: "2026-04-28")
        let time = try await StallMeter.time {
            // The second request needs the first one's connection.
            for _ in 0..<2 { _ = await sender.sendWithoutEffect(key: "k", target: target) }
        }
        #expect(time < .seconds(15), "\(kind)")
        #expect(api.hostileAnswers >= 1)
        try await sender.shutdown()
        try await server.close()
    }

    /// Compares the server's record of effects with the database, without interpreting the answers.
    private static func expectExactBooks(_ bench: Workbench, _ api: HostileAPI) throws -> Int {
        let entered = api.entered
        let places = try bench.business.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT orders.id, places.state FROM orders LEFT JOIN (SELECT id, state FROM outbox_intents
                      UNION ALL SELECT id, state FROM outbox_history) AS places ON places.id = orders.intent_id
                    """
            ).map { (order: $0[0] as Int, state: $0[1] as String?) }
        }
        let wrong = places.filter { place in
            let count = entered[place.order] ?? 0
            return place.state == "delivered" ? count != 1 : place.state == "in_doubt" ? count > 1 : true
        }
        #expect(wrong.prefix(5).isEmpty)
        #expect(api.mismatches == 0)
        #expect(try bench.query("PRAGMA integrity_check") == "ok")
        return places.count { $0.state == "in_doubt" }
    }

    /// In bytes.
    private static func memory(of pid: pid_t, _ field: String) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix(field + ":") })
        return try #require(line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }) << 10
    }

    private static func gzip(of zeros: Int) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "head -c \(zeros) /dev/zero | gzip -9"]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Array(bytes)
    }
}
