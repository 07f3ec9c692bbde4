import Delivery
import Foundation
import GRDB
import Operation
import PlainText
import SQLiteStore
import Settings
import Testing

@testable import journey_outbox

@Suite struct WhyTests {
    private let scene: Scene

    init() throws {
        scene = try Scene()
    }

    private func story(
        _ id: Int64, isWorkerRunning: Bool = true, journeys: [String] = ["welcome"], at now: WallTime = Scene.now
    ) throws -> IntentStory {
        var configuration = Configuration(
            database: scene.path, stateDirectory: "/nowhere", api: APISettings(key: .file("/nowhere/key")))
        for name in journeys { configuration.journeys[name] = JourneySettings(name: name, id: 33) }
        return IntentStory(
            try IntentTrace(of: id, scene.looking(), at: now),
            in: .init(isWorkerRunning: isWorkerRunning, configuration: configuration, now: now))
    }

    private func pause(_ scope: String, _ cause: String, until: WallTime? = nil) throws {
        try scene.run(
            "INSERT INTO outbox_pause (scope, cause, detail, since, next_probe, probes) VALUES (?, ?, 'because', 1, ?, 0)",
            [scope, cause, until?.milliseconds])
    }

    /// Settles a frozen batch as the worker would.
    private func settle(_ batch: Int64, _ outcome: String, moved: String? = nil, answers: String = "[]") throws {
        try scene.run(
            """
            UPDATE outbox_batch SET state = 'settled', outcome = ?, settled_at = ?3, updated_at = ?3, moved = ?4,
              answers = ?5, body = NULL, members = CASE WHEN ?4 IS NULL THEN members ELSE '[]' END WHERE id = ?2
            """.replacingOccurrences(of: "outcome = ?,", with: "outcome = ?1,"),
            [outcome, batch, (Scene.now + .seconds(2)).milliseconds, moved, answers])
    }

    // MARK: History

    @Test func `why of a delivered intent shows the other members of its request and every answer`() async throws {
        try scene.enqueue(["a", "b", "c"])
        let batch = try await scene.freeze()
        try settle(
            batch, "delivered",
            answers: """
                [{"attempt":1,"at":1800000000500,"status":null,"code":"no_answer","message":"reset","request_id":null},
                 {"attempt":2,"at":1800000001500,"status":202,"code":null,"message":null,"request_id":"req_9"}]
                """)
        let story = try story(2)
        #expect(story.state == .delivered)
        #expect(story.contact == "b")
        #expect(
            story.events.map(\.text) == [
                "inserted by its producer", "frozen into batch 1, with 2 others: 1, 3",
                "attempt 1 of batch 1: no answer, no_answer: reset",
                "attempt 2 of batch 1: HTTP 202 (request req_9)", "delivered in batch 1",
            ])
        #expect(story.waitReason.text == "nothing: it is delivered")
        #expect(story.waitReason.until == Scene.now + .seconds(2) + .seconds(7 * 86_400))
    }

    @Test func `earlier requests are found, and those that were split`() async throws {
        try scene.enqueue(["a", "b"])
        let first = try await scene.freeze()
        try settle(first, "partly_rejected", moved: #"{"retrying":[2]}"#)
        try scene.run(
            """
            INSERT INTO outbox_batch (state, journey, key, target, api_key_fingerprint, body_sha256, parent_id, first_id,
              last_id, size, attempt, due_at, frozen_at, settled_at, updated_at, outcome, moved, members)
            SELECT 'settled', journey, 'k2', target, 'fp', 'x', NULL, 2, 9, 0, 1, due_at, frozen_at + 3000,
              frozen_at + 4000, frozen_at + 4000, 'split', '{"batches":[3,4]}', '[]' FROM outbox_batch WHERE id = 1;
            INSERT INTO outbox_batch (state, journey, key, target, api_key_fingerprint, body_sha256, parent_id, first_id,
              last_id, size, attempt, due_at, frozen_at, settled_at, updated_at, outcome, moved, members)
            SELECT 'settled', journey, 'k3', target, 'fp', 'x', 2, 2, 2, 0, 1, due_at, frozen_at + 5000,
              frozen_at + 6000, frozen_at + 6000, 'rejected', '{"dead":[2]}', '[]' FROM outbox_batch WHERE id = 1;
            """)
        try scene.insertDead([2])
        let story = try story(2)
        #expect(
            story.events.filter { $0.batch != nil }.map(\.text) == [
                "frozen into batch 1", "left batch 1 and waits to be sent again",
                "frozen into batch 2", "batch 2 was split: it continues in batch 3 or 4",
                "frozen into batch 3, out of batch 2", "left batch 3 as a dead letter",
            ])
        #expect(story.waitReason.command == "journey-outbox dead-letters retry 2")
    }

    // MARK: Reasons for waiting

    @Test func `a pending intent waits for its turn, for a worker, for the end of a pause or for its journey`() throws {
        try scene.enqueue(["a", "b", "c"])
        #expect(try story(3).waitReason.text == "its turn: 2 intents of its journey go first")
        #expect(try story(1).waitReason.text == "its turn, which is next in its journey")
        #expect(try story(3, isWorkerRunning: false).waitReason.command == "systemctl start journey-outbox")
        #expect(try story(3, journeys: []).waitReason.text == "a configuration that contains its journey")
        try pause("", "rate_limited", until: Scene.now + .seconds(3))
        #expect(try story(3).waitReason.text == "the API's rate limit")
        #expect(try story(3).waitReason.until == Scene.now + .seconds(3))
        #expect(try story(3, at: Scene.now + .seconds(4)).waitReason.text.hasPrefix("its turn"))
        try pause("other", "operator")
        #expect(try story(3).waitReason.text == "the API's rate limit")
        try pause("welcome", "state_conflict", until: Scene.now + .seconds(30))
        try scene.run("DELETE FROM outbox_pause WHERE scope = ''")
        #expect(try story(3).waitReason.rule == "state_conflict: because; the worker tries again by itself")
        try pause("", "operator")
        #expect(try story(3).waitReason.command == "journey-outbox resume")
        #expect(try story(3).waitReason.rule == "the operator paused it: because")
        try scene.run("UPDATE outbox_pause SET scope = 'welcome' WHERE cause = 'operator' AND scope = ''")
        #expect(try story(3).waitReason.command == "journey-outbox resume welcome")
        try scene.run("DELETE FROM outbox_pause")
        try pause("", "database_copied")
        #expect(try story(3).waitReason.command == "journey-outbox adopt")
    }

    @Test func `a scheduled or retrying intent waits for its time, and why names the rule that set it`() throws {
        let time = Scene.now + .seconds(600)
        try scene.enqueue(["a"], scheduledAt: time)
        #expect(
            try story(1).waitReason
                == WaitReason("its scheduled time", rule: "scheduled_at, set by its producer", until: time))
        try scene.insertDead([50])
        _ = try IntentChange(scene.changing(), .retry, at: Scene.now).apply(to: .ids([50]))
        try scene.run("UPDATE outbox_waiting SET due_at = ?, attempts = 2", [time.milliseconds])
        #expect(
            try story(50).waitReason
                == WaitReason(
                    "its next attempt", rule: "backoff after attempt 2 of 5 (delivery.backoff)", until: time))
        try scene.run("UPDATE outbox_waiting SET due_at = 1, refused_alone = 'x'")
        #expect(try story(50).waitReason.rule.contains("the next success in its journey makes it a dead letter"))
    }

    @Test func `an intent in a request waits for the answer, the next attempt, or the operator`() async throws {
        try scene.enqueue(["a", "b"])
        let batch = try await scene.freeze()
        #expect(try story(1).waitReason.text == "the answer to attempt 1")
        #expect(try story(1).waitReason.until == Scene.now + .seconds(30))
        #expect(try story(1, isWorkerRunning: false).waitReason.text.contains("the same request under the same key"))
        let due = Scene.now + .seconds(40)
        try scene.run("UPDATE outbox_batch SET due_at = ?", [due.milliseconds])
        #expect(try story(1).waitReason.until == due)
        #expect(try story(1).waitReason.rule.contains("in doubt 22h after"))
        try scene.run("UPDATE outbox_batch SET due_at = sent_at + 1")
        #expect(try story(1, at: Scene.now + .seconds(1)).waitReason.rule == "api.idempotency: auto")
        try scene.run("UPDATE outbox_batch SET state = 'in_doubt'")
        let doubtful = try story(2)
        #expect(doubtful.state == .inDoubt)
        #expect(doubtful.waitReason.command == "journey-outbox resolve --batch \(batch) --delivered   (or --resend)")
        #expect(doubtful.events.last?.text == "batch 1 is in doubt: it may have run")
    }

    @Test func `why of a blocked intent names the earlier intent, or the dead one that blocks it`() throws {
        try scene.insertDead([50])
        _ = try IntentChange(scene.changing(), .retry, at: Scene.now).apply(to: .ids([50]))
        try scene.run("UPDATE outbox_waiting SET state = 'blocked', ordering_key = 'cart-1'")
        #expect(try story(50).waitReason.text == "an earlier intent of its ordering key cart-1")
        try scene.run("INSERT INTO outbox_lane (journey, ordering_key, open_id) VALUES ('welcome', 'cart-1', 7)")
        #expect(try story(50).waitReason.text == "the end of intent 7, which has the same ordering key cart-1")
        #expect(try story(50).waitReason.command == "journey-outbox why 7")
        try scene.run("UPDATE outbox_lane SET is_dead = 1")
        #expect(try story(50).waitReason.rule == "journeys.NAME.on_dead: block")
    }

    @Test func `an id that was never used is distinguished from one without a record`() throws {
        try scene.enqueue(["a"])
        try scene.run("DELETE FROM outbox_intents WHERE id = 1")
        #expect(try story(1).state == .cancelled)
        #expect(try story(2).waitReason.rule.contains("the highest id given so far is 1"))
        #expect(try story(0).waitReason.rule == "ids begin at 1")
        try scene.run("DELETE FROM outbox_dead")
        #expect(try story(1).waitReason.text.hasPrefix("there is no record of it"))
        #expect(try story(1).state == nil)
    }

    @Test func `the output is text for people or one JSON object for programs`() throws {
        try scene.run(
            "INSERT INTO outbox (journey, external_id, scheduled_at, created_at) VALUES ('welcome', ?, ?, ?)",
            [
                "a\u{1B}[31m", (Scene.now + .seconds(60)).milliseconds, (Scene.now - .seconds(60)).milliseconds,
            ])
        let story = try story(1)
        #expect(
            story.text(on: .plain) == """
                intent 1 of welcome for a\\u001b[31m: scheduled
                  2027-01-15T07:59:00.000Z  inserted by its producer
                  now it waits for: its scheduled time
                  rule: scheduled_at, set by its producer
                  until: 2027-01-15T08:01:00.000Z
                """)
        #expect(
            story.json.text.hasSuffix(
                #""now":{"waits_for":"its scheduled time","rule":"scheduled_at, set by its producer","until":"2027-01-15T08:01:00.000Z","command":null}}"#
            ))
    }
}
