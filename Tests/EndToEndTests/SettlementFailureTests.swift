import Delivery
import GRDB
import Sandbox
import Testing

@Suite(.timeLimit(.minutes(2)))
struct SettlementFailureTests {
    @Test func `a settlement that the database refuses is retried and does not stop the others`() async throws {
        try await Workbench.open { bench in
            try bench.insert(1, journey: Workbench.entrance, named: { _ in "reject-permanent-1" })
            try bench.insert(20)
            // A business trigger that refuses the dead letter, until it is dropped.
            try await bench.business.write { db in
                try db.execute(
                    sql: """
                        CREATE TRIGGER refuse BEFORE INSERT ON outbox_dead BEGIN SELECT RAISE(ABORT, 'refused'); END
                        """)
            }
            try await bench.whileWorking { _ in
                try await bench.events.first { if case .settlementFailed = $0 { true } else { false } }
                try await bench.events.delivered(atLeast: 20)
                try await bench.business.write { try $0.execute(sql: "DROP TRIGGER refuse") }
                bench.clock.advance(by: .seconds(61))
                try await bench.untilQuery("SELECT count(*) FROM outbox_dead", is: 1)
            }
            #expect(try bench.states() == ["dead": 1, "delivered": 20])
            try bench.expectExactBooks()
        }
    }
}
