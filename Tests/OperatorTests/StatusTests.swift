import Delivery
import GRDB
import Operation
import PlainText
import Settings
import Testing

@testable import SQLiteStore
@testable import journey_outbox

@Suite struct StatusTests {
    @Test func `every state is counted exactly, and what is due counts as pending`() async throws {
        let scene = try Scene()
        try scene.enqueue(["a", "b"])
        try await scene.freeze()
        try scene.enqueue(["c", "d", "e"])
        let other = Scene.now + .seconds(3600)
        try scene.enqueue(["f"], scheduledAt: other)
        try scene.enqueue(["g"], scheduledAt: WallTime(milliseconds: Scene.now.milliseconds - 1))
        try scene.insertDead(101...104)
        try scene.run("UPDATE outbox_dead SET state = 'cancelled' WHERE id = 104")
        _ = try IntentChange(scene.changing(), .retry, at: Scene.now).apply(to: .ids([103]))
        try scene.run("INSERT INTO outbox_journey (journey, delivered) VALUES ('welcome', 7), ('old', 3)")

        let report = try StatusReport(scene.looking(), at: Scene.now)

        #expect(report.journeys.map(\.name) == ["old", "welcome"])
        let states: [IntentState] = [
            .pending, .scheduled, .retrying, .sending, .dead, .cancelled, .delivered, .inDoubt,
        ]
        #expect(states.map { report.total[$0] } == [4, 1, 1, 2, 2, 1, 10, 0])
        #expect(!report.total.isEstimated)
    }

    @Test func `a backlog that is too long to count is estimated, marked as an estimate, and nearly correct`() throws {
        let scene = try Scene()
        // The rows are inserted without the guards, which this test does not need.
        try scene.run("DROP TRIGGER outbox_guard")
        try scene.run(
            """
            INSERT INTO outbox (journey, external_id, scheduled_at)
            WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 240000)
            SELECT CASE i % 4 WHEN 0 THEN 'small' ELSE 'large' END, 'c', NULL FROM n
            """)
        let report = try StatusReport(scene.looking(), at: Scene.now)
        let large = try #require(report.journeys.first { $0.name == "large" }?.counts)
        #expect(large.estimated == [.pending])
        #expect((150_000...210_000).contains(large[.pending]))
        #expect(report.total.isEstimated)
    }

    @Test func `every count and every named intent is found through an index`() throws {
        let scene = try Scene()
        try scene.queue.read { db in
            for place in try IntentPlace.indexed(in: db) {
                let condition = place.condition(at: Scene.now)
                for sql in [
                    "SELECT 1 FROM \(place.table) WHERE journey = 'a' AND \(condition) LIMIT 5",
                    "SELECT journey FROM \(place.table) WHERE \(place.namesCondition) AND journey > 'a' ORDER BY journey LIMIT 1",
                ] {
                    let plan = try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql).map { $0["detail"] as String }
                    #expect(
                        plan.count == 1 && plan[0].contains("SEARCH") && plan[0].contains("INDEX"), "\(sql): \(plan)")
                }
            }
        }
    }

    @Test func `status works while another process holds the write lock`() throws {
        let scene = try Scene()
        try scene.enqueue(["a"])
        try scene.queue.writeWithoutTransaction { db in
            try db.inTransaction(.immediate) {
                let report = try StatusReport(scene.looking(), at: Scene.now)
                #expect(report.total[.pending] == 1)
                return .rollback
            }
        }
    }

    @Test func `the worker's record is read back, and an unreadable one is ignored`() throws {
        let scene = try Scene()
        let record = WorkerRecord(pid: 42, version: "0.1.0", since: Scene.now)
        try scene.queue.write { try record.write($0) }
        #expect(try scene.queue.read { try WorkerRecord.read($0) } == record)
        try scene.run("UPDATE outbox_meta SET value = '{}' WHERE key = 'worker'")
        #expect(try scene.queue.read { try WorkerRecord.read($0) } == nil)
    }

    @Test func `a worker is reported as running only while its lock is held`() throws {
        let scene = try Scene()
        try scene.queue.write { try WorkerRecord(pid: 42, version: "0.1.0", since: Scene.now).write($0) }
        let report = try StatusReport(scene.looking(), at: Scene.now)
        func worker(_ holder: String?) -> StatusView.WorkerLine {
            StatusView(report, configuration: nil, workers: WorkerPresence(holder: holder), at: Scene.now).worker
        }
        #expect(worker(nil) == .init(isRunning: false, pid: nil, version: nil, since: nil))
        #expect(worker("42") == .init(isRunning: true, pid: 42, version: "0.1.0", since: Scene.now))
        #expect(worker("43") == .init(isRunning: true, pid: 43, version: nil, since: nil))
    }

    @Test func `a worker that waits for an adoption or is on standby is distinguished from one that delivers`() throws {
        let scene = try Scene()
        func text(_ standby: Int?) throws -> String {
            StatusView(
                try StatusReport(scene.looking(), at: Scene.now), configuration: nil,
                workers: WorkerPresence(holder: "42", standby: standby),
                at: Scene.now
            ).text(on: .plain).text
        }
        #expect(try text(nil).hasPrefix("worker: running (pid 42)\n"))
        #expect(try text(43).hasPrefix("worker: running (pid 42); pid 43 stands by\n"))
        #expect(try text(0).hasPrefix("worker: running (pid 42); another one stands by\n"))
        for cause in [PauseCause.databaseCopied, PauseCause.databaseRestored] {
            try scene.run("DELETE FROM outbox_pause")
            try scene.run("INSERT INTO outbox_pause (scope, cause, since, probes) VALUES ('', '\(cause)', 1, 0)")
            #expect(try text(nil).hasPrefix("worker: waiting for `journey-outbox adopt` (pid 42)\n"))
            #expect(try text(nil).contains("until `journey-outbox adopt`"))
        }
    }

    @Test func `a journey's condition states what holds it back`() throws {
        let scene = try Scene()
        try scene.enqueue(["a"], to: "stray")
        var configuration = Configuration(
            database: scene.path, stateDirectory: "/nowhere", api: APISettings(key: .file("/nowhere/key")))
        for (number, name) in ["open", "parked", "stopped"].enumerated() {
            configuration.journeys[name] = JourneySettings(name: name, id: number + 1)
        }
        func conditions() throws -> [StatusView.Condition] {
            let report = try StatusReport(scene.looking(), at: Scene.now)
            return StatusView(report, configuration: configuration, workers: WorkerPresence(), at: Scene.now).journeys
                .map(\.condition)
        }
        try scene.run(
            """
            INSERT INTO outbox_pause (scope, cause, since, next_probe, probes) VALUES ('parked', 'state_conflict', 1, 2, 0),
              ('stopped', 'operator', 1, NULL, 0), ('', 'rate_limited', 1, 2, 0)
            """)
        #expect(try conditions() == [.delivering, .parked, .paused, .notConfigured])
        try scene.run("INSERT INTO outbox_pause (scope, cause, since, probes) VALUES ('', 'operator', 1, 0)")
        #expect(try conditions() == [.paused, .paused, .paused, .notConfigured])
    }

    @Test func `the JSON contains every state and the pause of everything`() throws {
        let scene = try Scene()
        try scene.enqueue(["a"])
        try scene.run(
            "INSERT INTO outbox_pause (scope, cause, since, probes) VALUES ('', 'operator', 1800000000000, 0)")
        let report = try StatusReport(scene.looking(), at: Scene.now)
        let text = StatusView(report, configuration: nil, workers: WorkerPresence(), at: Scene.now).json.text
        #expect(
            text.hasPrefix(
                #"{"journeys":[{"name":"welcome","id":null,"condition":"paused","pending":1,"scheduled":0,"retrying":0,"#
                    + #""blocked":0,"sending":0,"in_doubt":0,"dead":0,"delivered":0,"cancelled":0,"estimated":false}],"#
            ))
        #expect(
            text.contains(
                #""pauses":[{"scope":"everything","cause":"operator","detail":null,"request_id":null,"#
                    + #""since":"2027-01-15T08:00:00.000Z","next_probe":null}]"#))
        #expect(
            text.contains(
                #""worker":{"running":false,"pid":null,"version":null,"since":null,"standby_pid":null},"backlog":{"due":1,"estimated":false,"#
                    + #""oldest_due_at":"2027-01-15T07:59:00.000Z","delivered_per_second":0.0,"eta_seconds":null},"#
                    + #""idempotency":"unproven""#))
    }

    @Test func `a pinned log is shown, with the command that names the process`() throws {
        let scene = try Scene()
        func answer() throws -> StatusView {
            StatusView(
                try StatusReport(scene.looking(), at: Scene.now), configuration: nil, workers: WorkerPresence(),
                at: Scene.now)
        }
        #expect(try !answer().text(on: .plain).text.contains("wal_pinned"))
        #expect(try answer().json.text.contains(#""wal_pinned_since":null"#))
        try scene.run("INSERT INTO outbox_meta (key, value) VALUES ('wal_pinned_since', ?)", ["1800000000000"])
        #expect(
            try answer().text(on: .plain).text.contains(
                "log: wal_pinned since 2027-01-15T08:00:00.000Z: a connection reads an old state, so that the log grows; `journey-outbox doctor` names the process"
            ))
        #expect(try answer().json.text.contains(#""wal_pinned_since":"2027-01-15T08:00:00.000Z""#))
    }

    @Test func `a database without an outbox is refused with advice`() throws {
        let scene = try Scene()
        try scene.run("DROP TABLE outbox_meta")
        #expect(throws: OperatorError.noOutbox(scene.path)) { try scene.looking() }
    }
}
