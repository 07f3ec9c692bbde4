import Foundation
import GRDB
import Operation
import Prometheus
import SQLiteStore
import Testing

@testable import Delivery
@testable import journey_outbox

@Suite struct MetricsTests {
    private let registry = PrometheusRegistry(MetricCatalogue.all)
    private let metrics: WorkerMetrics

    init() {
        metrics = WorkerMetrics(factory: registry)
    }

    private func lines(_ start: String) -> [String] {
        registry.text().split(separator: "\n").map(String.init).filter { $0.hasPrefix("journey_outbox_" + start) }
    }

    // MARK: Documentation

    @Test func `the documented table matches the served metrics`() throws {
        let rows = try Repository.table("docs/metrics.md", under: "Every metric")
        let served = MetricCatalogue.all.map { metric in
            [
                metric.name, metric.kind.name, metric.labels.isEmpty ? "–" : metric.labels.joined(separator: ", "),
                metric.help.replacing("`", with: ""),
            ]
        }
        #expect(rows == served)
        for metric in MetricCatalogue.all { #expect(registry.text().contains("# TYPE \(metric.name) ")) }
    }

    /// Every name of a metric in a text, without the suffixes of a histogram's series.
    private static func names(in text: String) -> Set<String> {
        Set(
            text.matches(of: /journey_outbox_[a-z_]+/).map { match in
                let name = String(match.output)
                for suffix in ["_bucket", "_sum", "_count"] where name.hasSuffix(suffix) {
                    return String(name.dropLast(suffix.count))
                }
                return name
            })
    }

    @Test(arguments: [
        "deploy/prometheus/alerts.yaml", "deploy/prometheus/alerts_test.yaml", "deploy/grafana/journey-outbox.json",
    ])
    func `alerts and dashboard query served metrics only`(file: String) throws {
        let served = Set(MetricCatalogue.all.map(\.name))
        let asked = Self.names(in: try Repository.text(file))
        #expect(!asked.isEmpty)
        #expect(asked.subtracting(served) == [])
    }

    static let hasPromtool = Tool.works("promtool", "--version")

    @Test(.enabled(if: hasPromtool, "promtool is not installed"))
    func `promtool accepts the alert rules, and their tests hold`() throws {
        let folder = Repository.root.appendingPathComponent("deploy/prometheus")
        let check = try Tool.run(["promtool", "check", "rules", "alerts.yaml"], in: folder)
        #expect(check.status == 0, "\(check.output)")
        let test = try Tool.run(["promtool", "test", "rules", "alerts_test.yaml"], in: folder)
        #expect(test.status == 0, "\(test.output)")
    }

    @Test(.enabled(if: hasPromtool, "promtool is not installed"))
    func `promtool accepts every query of the dashboard`() throws {
        struct Dashboard: Decodable {
            struct Panel: Decodable {
                struct Query: Decodable { let expr: String }
                let targets: [Query]
            }
            let panels: [Panel]
        }
        let data = Data(try Repository.text("deploy/grafana/journey-outbox.json").utf8)
        let queries = try JSONDecoder().decode(Dashboard.self, from: data).panels.flatMap(\.targets).map(\.expr)
        #expect(queries.count > 10)
        let rules = queries.enumerated().map { number, query in
            let text = query.replacing("$__rate_interval", with: "5m").replacing("$instance", with: ".*")
            return "      - record: q:\(number)\n        expr: '\(text)'"
        }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("rules-\(UUID().uuidString).yaml")
        try ("groups:\n  - name: dashboard\n    rules:\n" + rules.joined(separator: "\n") + "\n")
            .write(to: file, atomically: true, encoding: .utf8)
        defer { unlink(file.path) }
        let check = try Tool.run(["promtool", "check", "rules", file.path])
        #expect(check.status == 0, "\(check.output)")
    }

    // MARK: Events

    private static func settlement(
        of members: String, size: Int, fate: Settlement.Fate, leaving: [Int: Settlement.Leaving] = [:]
    ) -> Settlement {
        let target = Target(url: "u", journey: 1, entrance: nil, version: "v")
        let batch = Batch(
            id: 1, journey: "welcome", key: "k", target: target, apiKeyFingerprint: "fp", traceparent: nil, parent: nil,
            size: size, body: [], members: MemberList(text: Array(members.utf8)), frozenAt: Scene.now, attempt: 1,
            possiblyExecutedSince: nil, possiblyExecutedBefore: nil, replays: 0)
        var settlement = Settlement(batch: batch, fate: fate, record: AnswerRecord(status: 200))
        settlement.leaving = leaving
        return settlement
    }

    private static func member(_ id: Int, created: Int64, scheduled: Int64? = nil) -> String {
        let time = scheduled.map { String($0) } ?? "null"
        return #"[\#(id),0,0,"a,]\"[\#(id)",null,null,null,null,\#(time),null,\#(created),null,null,null,2,9,null]"#
    }

    @Test func `a settled batch is counted, and each delivery is timed from its due time`() throws {
        let now = Scene.now.milliseconds
        let members =
            "["
            + [
                Self.member(1, created: now - 2_000), Self.member(2, created: now - 7_000_000, scheduled: now - 20_000),
                Self.member(3, created: now - 1),
            ].joined(separator: ",") + "]"
        let dead = Settlement.Leaving.dead(Rejection(code: "parameter_invalid", message: "no"), attempts: 1)
        metrics.note(
            .settled(Self.settlement(of: members, size: 3, fate: .settled(.partlyRejected), leaving: [2: dead])),
            at: Scene.now)
        #expect(lines("intents_delivered_total") == ["journey_outbox_intents_delivered_total 2"])
        #expect(lines("intents_dead_total") == ["journey_outbox_intents_dead_total 1"])
        #expect(lines("rejections_total") == [#"journey_outbox_rejections_total{code="parameter_invalid"} 1"#])
        #expect(lines("batches_total").contains(#"journey_outbox_batches_total{outcome="partly_rejected"} 1"#))
        #expect(lines("batches_total").contains(#"journey_outbox_batches_total{outcome="delivered"} 0"#))
        #expect(lines("delivery_duration_seconds_sum") == ["journey_outbox_delivery_duration_seconds_sum 22"])
        #expect(lines("delivery_duration_seconds_count") == ["journey_outbox_delivery_duration_seconds_count 2"])
    }

    @Test func `an invalid code of the API becomes no label`() {
        let dead = Settlement.Leaving.dead(Rejection(code: "ann@example.com is blocked", message: ""), attempts: 1)
        let members = "[\(Self.member(1, created: 1))]"
        metrics.note(
            .settled(Self.settlement(of: members, size: 1, fate: .settled(.rejected), leaving: [0: dead])),
            at: Scene.now)
        #expect(lines("rejections_total") == [#"journey_outbox_rejections_total{code="other"} 1"#])
    }

    @Test(arguments: [
        (Answer.response(Response(status: 201)), "2xx"), (.response(Response(status: 429)), "4xx"),
        (.response(Response(status: 0)), "1xx"), (.response(Response(status: 999)), "5xx"),
        (.silence(reason: "reset"), "none"), (.notSent(reason: "refused"), "none"),
    ])
    func `requests are timed by the class of their status`(answer: Answer, status: String) {
        metrics.noteRequest(answer, took: .milliseconds(40))
        #expect(
            lines("request_duration_seconds_count") == [
                #"journey_outbox_request_duration_seconds_count{status="\#(status)"} 1"#
            ])
        #expect(
            lines("request_duration_seconds_bucket").contains(
                #"journey_outbox_request_duration_seconds_bucket{status="\#(status)",le="0.05"} 1"#))
    }

    @Test func `rounds report how long the write lock was waited for and held`() {
        var result = RoundResult()
        result.waited = .milliseconds(3)
        result.held = .milliseconds(12)
        metrics.note(.round(result), at: Scene.now)
        metrics.note(.storeBusy(times: 1), at: Scene.now)
        #expect(lines("write_lock_wait_seconds_sum") == ["journey_outbox_write_lock_wait_seconds_sum 0.003"])
        #expect(lines("write_lock_hold_seconds_sum") == ["journey_outbox_write_lock_hold_seconds_sum 0.012"])
        #expect(lines("database_busy_total") == ["journey_outbox_database_busy_total 1"])
    }

    // MARK: Gauges

    @Test func `depth, age, pauses and sizes match the database`() async throws {
        let scene = try Scene()
        try scene.enqueue(["a", "b"])
        try await scene.freeze()
        try scene.enqueue(["c", "d", "e"])
        try scene.enqueue(["later"], scheduledAt: Scene.now + .seconds(60))
        try scene.insertDead(101...102)
        try scene.run(
            """
            INSERT INTO outbox_pause (scope, cause, since, next_probe, probes)
            VALUES ('', 'operator', 1, NULL, 0), ('welcome', 'state_conflict', 1, 1800000090000, 0)
            """)
        metrics.note(try StatusReport(scene.looking(), at: Scene.now), at: Scene.now)
        for (state, count) in [("pending", 3), ("sending", 2), ("scheduled", 1), ("dead", 2), ("in_doubt", 0)] {
            #expect(lines("intents{").contains(#"journey_outbox_intents{state="\#(state)"} \#(count)"#))
        }
        #expect(lines("oldest_intent_age_seconds") == ["journey_outbox_oldest_intent_age_seconds 60"])
        #expect(lines("drain_eta_seconds") == ["journey_outbox_drain_eta_seconds +Inf"])
        #expect(
            lines("paused{") == [
                #"journey_outbox_paused{scope="everything",cause="operator"} 1"#,
                #"journey_outbox_paused{scope="welcome",cause="state_conflict"} 1"#,
            ])
        #expect(
            lines("paused_until_timestamp_seconds{") == [
                #"journey_outbox_paused_until_timestamp_seconds{scope="everything",cause="operator"} +Inf"#,
                #"journey_outbox_paused_until_timestamp_seconds{scope="welcome",cause="state_conflict"} 1800000090"#,
            ])
        #expect(lines("sample_timestamp_seconds") == ["journey_outbox_sample_timestamp_seconds 1800000000"])
        #expect(!lines("build_info{").isEmpty)

        try scene.run("DELETE FROM outbox_pause WHERE scope = ''")
        metrics.note(try StatusReport(scene.looking(), at: Scene.now), at: Scene.now)
        #expect(lines("paused{") == [#"journey_outbox_paused{scope="welcome",cause="state_conflict"} 1"#])
    }

    /// What this thread took of a processor, which other processes do not lengthen.
    private static func processorTime(of work: () -> Void) -> Duration {
        func now() -> Duration {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
        }
        let start = now()
        work()
        return now() - start
    }

    @Test func `a scrape with the maximum number of series takes less than 5 ms`() {
        for metric in MetricCatalogue.all where !metric.labels.isEmpty {
            for number in 0..<PrometheusRegistry.seriesMax {
                let values = metric.labels.map { ($0, "a-value-that-is-rather-long-\(number)") }
                _ = registry.makeMeter(label: metric.name, dimensions: values)
            }
        }
        let took = (0..<5).map { _ in Self.processorTime { _ = registry.text() } }.min() ?? .seconds(1)
        // A debug build is about twenty times slower, and some machines are four times slower than others.
        #if DEBUG
            #expect(took < .milliseconds(400))
        #else
            #expect(took < .milliseconds(5))
        #endif
    }
}
