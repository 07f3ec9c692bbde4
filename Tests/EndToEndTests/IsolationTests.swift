import Delivery
import Foundation
import GRDB
import JourneyOutbox
import Logging
import Operation
import SQLiteStore
import Sandbox
import Settings
import SpotzeeAPI
import Testing

@testable import journey_outbox

/// Rows that spoil a request are found without harm to the others, and a wrong setting is not blamed on rows.
@Suite(.timeLimit(.minutes(3)))
struct IsolationTests {
    @Test func `a 413 lowers the body limit, which a restart keeps and a reload resets`() async throws {
        try await Workbench.open {
            $0.bodyBytesMax = 200_000
        } _: { bench in
            @Sendable func insert() throws {
                let note = JSONText(#"{"note":"\#(String(repeating: "x", count: 6000))"}"#)
                try bench.insert(100, changing: { $0.profile = note })
            }
            func refusals() -> Int { bench.sandbox.requests().count { $0.status == 413 } }
            try insert()
            try await bench.expectDrained()
            let learning = refusals()
            #expect((1...7).contains(learning))
            #expect(
                try bench.query("SELECT CAST(value AS INTEGER) <= 200000 FROM outbox_meta WHERE key = 'body_bytes_max'")
                    == true)
            try insert()
            try await bench.expectDrained()
            #expect(refusals() == learning)
            bench.sandbox.change { $0.faults = SandboxFaults() }
            try await bench.whileWorking { worker in
                worker.reconfigure(bench.configuration)
                try insert()
                try await bench.events.delivered(atLeast: 300)
            }
            #expect(refusals() > learning)
            try bench.expectExactBooks()
        }
    }

    @Test func `a wrong setting that spoils every row parks the journey, and no row is dead`() async throws {
        try await Workbench.open {
            $0.journeys[0].shapes = [.entrance]
        } _: { bench in
            try bench.insert(40)
            try bench.insert(2, journey: Workbench.entrance)
            try await bench.whileWorking { _ in
                try await bench.events.first { event in
                    if case .paused(let pause) = event { pause.cause == .rowsRefused } else { false }
                }
                let sent = bench.triggers
                var records = bench.sandbox.watch().makeAsyncIterator()
                bench.clock.advance(by: .seconds(31))
                while let record = await records.next() {
                    if case .request(let request) = record, request.method == "POST" { break }
                }
                // The requests that were in flight when it was parked, and one probe.
                #expect(bench.triggers <= sent + 2 * bench.policy.connections + 1)
                bench.sandbox.change { $0[journey: 33]?.shapes = [.users] }
                bench.clock.advance(by: .seconds(3600))
                try await bench.events.delivered(atLeast: 42)
            }
            #expect(try bench.states() == ["delivered": 42])
            try bench.expectExactBooks()
        }
    }

    @Test func `every part of a split request names its parent, down to the single row`() async throws {
        try await Workbench.open { bench in
            try bench.insert(16, named: { $0 == 5 ? "poison-400-x" : "cust-\($0)" })
            try await bench.expectDrained()
            let sizes = try await bench.business.read { db in
                try Row.fetchAll(
                    db,
                    sql: """
                        WITH RECURSIVE line(id, parent_id, depth) AS (
                          SELECT id, parent_id, 0 FROM outbox_batch WHERE code = 'parameter_invalid_format'
                            AND outcome = 'rejected'
                          UNION ALL SELECT b.id, b.parent_id, depth + 1 FROM outbox_batch AS b JOIN line
                            ON b.id = line.parent_id)
                        SELECT max(depth), count(*) FROM line
                        """
                ).map { ($0[0] as Int?, $0[1] as Int) }
            }
            // The sizes are 16, 8, 4, 2 and 1: the single row has four ancestors.
            #expect(sizes.first?.0 == 4)
            let report = try #require(try BatchDetail.find(1, OperatorConnection(path: bench.path, for: .looking)))
            #expect(report.successors == [2, 3])
            #expect(report.moved["batches"] == [2, 3])
        }
    }

    @Test func `requests that may have run keep their first target when the journey is renumbered`() async throws {
        try await Workbench.open {
            $0.journeys.append(SandboxJourney(id: 34))
            $0.faults.dropAfterEffect.next = 1
        } _: { bench in
            var bench = bench
            bench.policy.backoff = Backoff(initial: .seconds(600), max: .seconds(600))
            bench.idempotency = .enforced
            let before = bench
            bench.journeys[0] = Journey(name: "welcome", id: 34)
            let after = bench
            try before.insert(5)
            try await before.whileWorking { worker in
                try await before.events.first { if case .settled = $0 { true } else { false } }
                worker.reconfigure(after.configuration)
                try before.insert(3, named: { "new-\($0)" })
                before.clock.advance(by: .seconds(601))
                try await before.events.delivered(atLeast: 8)
            }
            let paths = Dictionary(grouping: bench.sandbox.effects(), by: \.journey).mapValues(\.count)
            #expect(paths == [33: 5, 34: 3])
            try bench.expectExactBooks()
        }
    }

    @Test func `a new API key in the key file is noticed without a restart or a signal`() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("key-\(UUID().uuidString)")
        func write(_ key: String) {
            #expect(
                FileManager.default.createFile(
                    atPath: file.path, contents: Data(key.utf8), attributes: [.posixPermissions: 0o600]))
        }
        write("sk_test_one")
        let keys = APIKeyRing(current: "sk_test_one")
        let (changes, change) = AsyncStream.makeStream(of: Void.self)
        let watch = APIKeyWatch(
            source: .file(file.path), keys: keys, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            interval: .milliseconds(5)
        ) { change.yield() }
        #expect(APIKeyWatch.interval <= .seconds(10))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { do { try await watch.run() } catch {} }
            write("sk_test_two")
            for await _ in changes { break }
            group.cancelAll()
        }
        #expect(keys.fingerprints.count == 2)
        try FileManager.default.removeItem(at: file)
    }
}
