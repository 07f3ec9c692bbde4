import Delivery
import GRDB
import Operation
import Testing

@testable import SQLiteStore

/// The cost of queries in SQLite's virtual machine steps. It is the same with very many intents as with many.
@Suite(.timeLimit(.minutes(2)))
struct LookCostTests {
    /// Settled requests of a hundred intents or of one, with consecutive ids.
    private func requests(_ count: Int, of size: Int, in scene: Scene) throws {
        try scene.run(
            """
            INSERT INTO outbox_batch (state, journey, key, target, api_key_fingerprint, body_sha256, first_id, last_id,
              size, attempt, due_at, frozen_at, settled_at, updated_at, outcome, members)
            WITH RECURSIVE n (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1)
            SELECT 'settled', 'welcome', 'k' || i, '{"url":"http://localhost","journey":33,"version":"v"}', 'fp', 's',
              i * ?2 + 1, (i + 1) * ?2, ?2, 1, 0, 0, 0, 0, 'delivered', (
                WITH RECURSIVE m (j) AS (VALUES (1) UNION ALL SELECT j + 1 FROM m WHERE j < ?2)
                SELECT '[' || group_concat('[' || (i * ?2 + j) || ',0,0,"c",null,null,null,null,null,null,1,null,null,null,null,null,null]') || ']'
                FROM m)
            FROM n
            """, [count, size])
        try scene.run("DELETE FROM sqlite_sequence WHERE name = 'outbox'")
        try scene.run("INSERT INTO sqlite_sequence (name, seq) VALUES ('outbox', ?)", [count * size])
    }

    private func stepsOfWhy(_ id: Int64, _ scene: Scene) throws -> Int {
        let connection = try scene.looking()
        return try StatementSteps.count(connection) {
            let trace = try IntentTrace(of: id, connection, at: Scene.now)
            #expect(trace.delivered?.member.id == id)
        }
    }

    @Test func `why finds a request of one intent by one seek, with any number of requests`() throws {
        let (few, many) = (try Scene(), try Scene())
        try requests(100, of: 1, in: few)
        try requests(40_000, of: 1, in: many)
        let steps = try (few: stepsOfWhy(50, few), many: stepsOfWhy(50, many))
        #expect(steps.many <= steps.few + 100, "\(steps)")
    }

    @Test func `why skips later requests in their index, with a few steps for each hundred intents`() throws {
        let scene = try Scene()
        try requests(4_000, of: 100, in: scene)
        // The query is for the oldest of 400,000 intents, before all other requests.
        let steps = try (late: stepsOfWhy(399_950, scene), early: stepsOfWhy(50, scene))
        #expect(steps.early - steps.late <= 4_000 * 16, "\(steps)")
    }

    @Test func `every query of why uses an index`() throws {
        let scene = try Scene()
        let statements = [
            BatchSearch.alone, BatchSearch.lastEnd, BatchSearch.windowEnd, BatchSearch.among, BatchDetail.successorsOf,
        ]
        try scene.queue.read { db in
            for sql in statements {
                // The query plan needs no values.
                let values = sql.replacing(/\?\d?/, with: "1")
                let plan = try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + values).map { $0["detail"] as String }
                #expect(plan.allSatisfy { $0.contains("SEARCH") && $0.contains("INDEX") }, "\(sql): \(plan)")
            }
        }
    }

    @Test func `status and metrics take no more steps when rows beyond the exact count are added`() throws {
        func steps(_ count: Int) throws -> Int {
            let scene = try Scene()
            try scene.run("DROP TRIGGER outbox_guard")
            try scene.run(
                """
                INSERT INTO outbox (journey, external_id)
                WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT 'welcome', 'c' FROM n
                """, [count])
            let connection = try scene.looking()
            return try StatementSteps.count(connection) {
                let report = try StatusReport(connection, at: Scene.now)
                #expect(report.total.isEstimated)
            }
        }
        let (many, more) = (try steps(150_000), try steps(450_000))
        #expect(abs(more - many) <= many / 20, "\(many) → \(more)")
    }
}
