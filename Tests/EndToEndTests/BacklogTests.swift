import Delivery
import Foundation
import GRDB
import Sandbox
import Testing

@Suite(.timeLimit(.minutes(3)))
struct BacklogTests {
    @Test func `with the API down and a long backlog, twice the connections are frozen and no more`() async throws {
        try await Workbench.open {
            $0.faults.dropBeforeEffect.probability = 1
        } _: { bench in
            var bench = bench
            bench.idempotency = .enforced
            bench.policy.connections = 4
            let down = bench
            try await down.business.write { db in
                try db.execute(
                    sql: """
                        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
                        INSERT INTO outbox (journey, external_id)
                        SELECT CASE WHEN i % 2 THEN 'welcome' ELSE 'trial-ending' END, 'c' || i FROM n
                        """)
            }
            try await down.whileWorking { _ in
                for _ in 0..<30 {
                    try await down.events.looked(times: 2, after: down.events.looks)
                    down.clock.advance(by: .seconds(10))
                    let open: Int? = try down.query("SELECT count(*) FROM outbox_batch WHERE state = 'sending'")
                    #expect((1...8).contains(open ?? 0))
                }
            }
            #expect(try down.query("SELECT count(*) FROM outbox") ?? 0 >= 200_000 - 800)
        }
    }
}
