import Foundation
import GRDB
import Testing

@testable import Delivery

/// What ordering keys cost when there are many rows of one, or many that are not due: the same as with few.
///
/// `LANE_ROWS` sets how many are many, for a long run by hand.
@Suite(.timeLimit(.minutes(30)), .serialized)
struct LaneCostTests {
    private static let many = ProcessInfo.processInfo.environment["LANE_ROWS"].flatMap { Int($0) } ?? 10_000
    private static let few = 400

    @Test func `a hot key's backlog moves aside once, in bounded rounds, and the others get through`() async throws {
        let bench = try await StoreBench()
        try bench.insert(Array(repeating: "hot", count: Self.many))
        try bench.insert(Array(repeating: nil, count: 50))
        var taken: [Int64] = []
        var rounds = 0
        var supply = Backlog.more
        while supply == .more {
            let result = try await bench.claim()
            taken += try result.begun.ids
            supply = result.supplies["welcome"] ?? .empty
            rounds += 1
            let moved: Int = try #require(try bench.query("SELECT count(*) FROM outbox_waiting"))
            #expect(moved <= 200 * rounds)
        }
        #expect(taken.count == 51)
        #expect(rounds <= Self.many / 200 + 3)
        #expect(try bench.query("SELECT count(*) FROM outbox") == 0)
        #expect(try bench.query("SELECT count(*) FROM outbox_waiting WHERE state = 'blocked'") == Self.many - 1)
    }

    @Test func `the turn of the next one costs the same behind many as behind few`() async throws {
        var medians: [Duration] = []
        for count in [Self.few, Self.many] {
            let bench = try await StoreBench()
            try bench.insert(Array(repeating: "hot", count: count))
            var batch = try #require(try await bench.claimAll().first)
            var held: [Duration] = []
            for turn in 2...150 {
                let result = try await bench.claim([bench.delivered(batch)])
                held.append(result.held)
                batch = try #require(result.begun.first)
                #expect(try batch.ids == [Int64(turn)])
            }
            medians.append(held.sorted()[held.count / 2])
        }
        print("lanes: behind \(Self.few) and \(Self.many) rows a round takes \(medians)")
        #expect(medians[1] < medians[0] * 4 + .milliseconds(1), "\(medians)")
    }

    @Test func `a claim costs the same before many scheduled rows as before few`() async throws {
        var medians: [Duration] = []
        for count in [Self.few, Self.many] {
            let bench = try await StoreBench()
            let later = StoreBench.now + .seconds(3600)
            try bench.insert((0..<count).map { "k\($0 % 97)" }, scheduledAt: later)
            var held: [Duration] = []
            for turn in 0..<40 {
                try bench.insert(["k\(turn)", "free\(turn)", nil])
                let result = try await bench.claim()
                #expect(result.begun.first?.size == 2)
                held.append(result.held)
            }
            #expect(try bench.query("SELECT count(*) FROM outbox_waiting WHERE state = 'blocked'") == 40)
            #expect(try bench.query("SELECT count(*) FROM outbox") == count)
            medians.append(held.sorted()[held.count / 2])
        }
        print("lanes: behind \(Self.few) and \(Self.many) rows a round takes \(medians)")
        #expect(medians[1] < medians[0] * 4 + .milliseconds(1), "\(medians)")
    }

    @Test func `a hot contact costs each claim a bounded look`() async throws {
        var medians: [Duration] = []
        for count in [Self.few, Self.many] {
            let bench = try await StoreBench()
            try bench.insert(Array(repeating: nil, count: count), contact: { _ in "same" })
            var held: [Duration] = []
            for turn in 1...40 {
                let result = try await bench.claim()
                #expect(try result.begun.ids == [Int64(turn)])
                held.append(result.held)
            }
            medians.append(held.sorted()[held.count / 2])
        }
        print("lanes: behind \(Self.few) and \(Self.many) rows a round takes \(medians)")
        #expect(medians[1] < medians[0] * 4 + .milliseconds(1), "\(medians)")
    }

    @Test func `every look of a lane goes along an index`() async throws {
        let bench = try await StoreBench()
        let statements = [
            "DELETE FROM outbox_lane WHERE open_id = 1",
            "SELECT open_id FROM outbox_lane WHERE journey = 'w' AND ordering_key = 'k'",
            "SELECT id FROM outbox WHERE journey = 'w' AND ordering_key = CAST(x'61' AS TEXT) ORDER BY id LIMIT 1",
            "SELECT id FROM outbox_waiting WHERE journey = 'w' AND ordering_key = 'k' AND id <> 3 ORDER BY id LIMIT 1",
            "SELECT id FROM outbox_waiting WHERE journey = 'w' AND state = 'blocked' AND id > 5 ORDER BY id LIMIT 9",
        ]
        for sql in statements {
            let plan = try bench.business.read { try Row.fetchAll($0, sql: "EXPLAIN QUERY PLAN \(sql)") }
            let steps = plan.map { $0["detail"] as String }
            #expect(steps.allSatisfy { $0.hasPrefix("SEARCH") }, "\(sql): \(steps)")
        }
    }
}
