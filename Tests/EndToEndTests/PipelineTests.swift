import Delivery
import Foundation
import GRDB
import JourneyOutbox
import Sandbox
import Testing

@Suite(.timeLimit(.minutes(2)))
struct PipelineTests {
    @Test(arguments: ["wal", "delete"])
    func `every committed intent is entered exactly once in either journal mode`(mode: String) async throws {
        try await Workbench.open(journalMode: mode) { bench in
            try bench.insert(250)
            try await bench.expectDrained()
            #expect(try bench.states() == ["delivered": 250])
            #expect(bench.sandbox.effects().count == 250)
            #expect(bench.triggers == 3)
            try bench.expectExactBooks()
        }
    }

    @Test func `a rolled back intent is never sent`() async throws {
        struct Regret: Error {}
        try await Workbench.open { bench in
            try bench.insert(5)
            #expect(throws: Regret.self) {
                try bench.business.write { db in
                    try db.execute(sql: "INSERT INTO outbox (journey, external_id) VALUES ('welcome', 'regretful')")
                    throw Regret()
                }
            }
            try await bench.expectDrained()
            #expect(!bench.sandbox.effects().contains { $0.externalID == "regretful" })
            try bench.expectExactBooks()
        }
    }

    @Test func `the entrance shape sends one request for each user`() async throws {
        try await Workbench.open { bench in
            try bench.insert(30, journey: Workbench.entrance)
            try await bench.expectDrained()
            #expect(bench.triggers == 30)
            #expect(bench.sandbox.effects().allSatisfy { $0.entranceID == 42 && $0.journey == 41 })
            try bench.expectExactBooks()
        }
    }

    @Test(arguments: [Workbench.users, Workbench.entrance])
    func `stored JSON text reaches the API byte for byte`(journey: Journey) async throws {
        let data = #"{ "price" : 1.10, "n":1e2, "big":12345678901234567890, "esc":"\u00e9\/", "o":{"b":1,"a":[ ]} }"#
        try await Workbench.open { bench in
            try await bench.business.write { db in
                try db.execute(
                    sql: "INSERT INTO outbox (journey, external_id, data) VALUES (?, ?, ?)",
                    arguments: [journey.name, "quo\"te\\ \u{1}é", data])
            }
            try await bench.expectDrained()
            let effect = try #require(bench.sandbox.effects().first)
            #expect(effect.data == data)
            #expect(effect.externalID == "quo\"te\\ \u{1}é")
        }
    }

    @Test func `rows of one contact are sent in different requests and in order`() async throws {
        try await Workbench.open { bench in
            try bench.insert(6, named: { "cust-\($0 % 2)" })
            try await bench.expectDrained()
            #expect(bench.triggers == 3)
            try bench.expectExactBooks()
        }
    }

    @Test func `an intent that is scheduled for later waits, and a due one is sent`() async throws {
        try await Workbench.open { bench in
            try bench.insert(3, changing: { $0.scheduledAt = Date(timeIntervalSinceNow: 3600) })
            try bench.insert(2, changing: { $0.scheduledAt = Date(timeIntervalSinceNow: -1) })
            try await bench.expectDrained()
            #expect(try bench.states() == ["scheduled": 3, "delivered": 2])
            bench.clock.advance(by: .seconds(3601))
            try await bench.expectDrained()
            #expect(try bench.states() == ["delivered": 5])
            try bench.expectExactBooks()
        }
    }

    @Test func `an expired intent becomes a dead letter and is never sent`() async throws {
        try await Workbench.open { bench in
            try bench.insert(1, changing: { $0.expiresAt = Date(timeIntervalSinceNow: -1) })
            try bench.insert(1)
            try await bench.expectDrained()
            #expect(try bench.states() == ["dead": 1, "delivered": 1])
            #expect(try bench.query("SELECT code FROM outbox_dead") == "expired")
            try bench.expectExactBooks()
        }
    }

    @Test func `a row that would spoil its batch is quarantined alone`() async throws {
        try await Workbench.open { bench in
            try bench.insert(4)
            try await bench.business.write { db in
                for data in [#"{"a":1,"a":2}"#, #"{"a":1e999}"#] {
                    try db.execute(
                        sql: "INSERT INTO outbox (journey, external_id, data) VALUES ('welcome', 'bad', ?)",
                        arguments: [data])
                }
            }
            try await bench.expectDrained()
            #expect(try bench.states() == ["dead": 2, "delivered": 4])
            try bench.expectExactBooks()
        }
    }

    @Test func `a cancelled intent is never sent`() async throws {
        try await Workbench.open { bench in
            let ids = try bench.insert(4)
            try await bench.business.write { db in
                try db.execute(sql: "DELETE FROM outbox_intents WHERE id = ?", arguments: [ids[1]])
                try db.execute(sql: "DELETE FROM outbox WHERE id = ?", arguments: [ids[2]])
            }
            try await bench.expectDrained()
            #expect(try bench.states() == ["cancelled": 2, "delivered": 2])
            try bench.expectExactBooks()
        }
    }

    @Test func `rows of a journey that is not configured wait and are reported`() async throws {
        try await Workbench.open { bench in
            try bench.insert(2)
            try bench.insert(3, journey: Journey(name: "wellcome", id: 1))
            guard case .blocked(let remaining) = try await bench.drain() else {
                Issue.record("the drain should be blocked")
                return
            }
            #expect(remaining.unknownJourney == 3)
            #expect(try bench.states() == ["pending": 3, "delivered": 2])
        }
    }

    @Test func `a running worker delivers what is committed beside it`() async throws {
        try await Workbench.open { bench in
            try await bench.whileWorking { _ in
                for turn in 1...5 {
                    try bench.insert(3)
                    try await bench.events.delivered(atLeast: 3 * turn)
                    #expect(bench.sandbox.effects().count == 3 * turn)
                }
            }
            try bench.expectExactBooks()
        }
    }
}

@Suite(.timeLimit(.minutes(2)))
struct RetentionTests {
    @Test func `records of ended intents are pruned after the retention, with their dedup keys`() async throws {
        try await Workbench.open { bench in
            var bench = bench
            bench.policy.retention = .seconds(3600)
            try bench.insert(3, changing: { $0.dedupKey = $0.externalID })
            try bench.insert(1, named: { _ in "reject-permanent-1" })
            try await bench.expectDrained()
            #expect(try bench.query("SELECT count(*) FROM outbox_dedup") == 3)
            bench.clock.advance(by: .seconds(3700))
            let later = bench
            try await later.whileWorking { _ in
                try await later.untilQuery("SELECT count(*) FROM outbox_batch", is: 0)
            }
            #expect(try bench.query("SELECT count(*) FROM outbox_dead") == 0)
            #expect(try bench.query("SELECT count(*) FROM outbox_dedup") == 0)
            #expect(try bench.query("SELECT sum(delivered) FROM outbox_journey") == 3)
        }
    }
}
