import Delivery
import Foundation
import GRDB
import Operation
import Settings
import Testing

@testable import SQLiteStore
@testable import journey_outbox

/// Names that look alike or are no valid text are different journeys, as in SQLite.
@Suite struct JourneyNameTests {
    private let scene: Scene

    init() throws {
        scene = try Scene()
        for name in ["C3A9", "65CC81", "61FF", "61FE"] {
            for contact in ["a", "b"] {
                try scene.run(
                    "INSERT INTO outbox (journey, external_id) VALUES (CAST(x'\(name)' AS TEXT), ?)", [contact])
            }
        }
    }

    @Test func `each name is counted separately`() throws {
        let journeys = try StatusReport(scene.looking(), at: Scene.now).journeys
        #expect(journeys.map(\.name.utf8.count) == [4, 4, 3, 2])
        #expect(journeys.map { $0.counts[.pending] } == [2, 2, 2, 2])
    }

    @Test(arguments: [1, 3, 100]) func `every intent is listed with every page size`(limit: Int) throws {
        let walk = IntentWalk(try scene.looking(), filter: IntentFilter(), at: Scene.now)
        var ids: [Int64] = []
        var cursor: IntentPosition?
        repeat {
            let page = try walk.page(after: cursor, limit: limit)
            ids += page.records.map(\.id)
            cursor = try page.next.map { try #require(IntentPosition(text: try $0.text)) }
        } while cursor != nil
        #expect(ids.sorted() == Array(1...8))
        #expect(Set(ids).count == ids.count)
        #expect(try IntentWalk(scene.looking(), filter: IntentFilter(journey: "é"), at: Scene.now).count() == 2)
    }

    @Test func `a configured name matches only its own bytes`() throws {
        var configuration = Settings.Configuration(
            database: scene.path, stateDirectory: "/s", api: APISettings(key: .environmentVariable("X")))
        configuration.journeys["é"] = JourneySettings(name: "é", id: 33)
        let status = StatusView(
            try StatusReport(scene.looking(), at: Scene.now), configuration: configuration,
            workers: WorkerPresence(holder: "42"), at: Scene.now)
        #expect(status.journeys.map(\.condition) == [.notConfigured, .notConfigured, .notConfigured, .delivering])
        for (id, isKnown) in [(1, true), (3, false), (5, false)] as [(Int64, Bool)] {
            let story = IntentStory(
                try IntentTrace(of: id, scene.looking(), at: Scene.now),
                in: .init(isWorkerRunning: true, configuration: configuration, now: Scene.now))
            #expect(
                (story.waitReason.text != "a configuration that contains its journey") == isKnown, "\(story.waitReason)"
            )
        }
    }

    @Test func `why names the earlier intent and the holder of the lane with any bytes in the names`() throws {
        for (id, key) in [(20, "FF"), (21, "FE")] {
            try scene.run(
                "INSERT INTO outbox_lane (journey, ordering_key, open_id) VALUES ('w', CAST(x'\(key)' AS TEXT), ?)",
                [id])
            try scene.run(
                """
                INSERT INTO outbox_waiting (id, journey, external_id, ordering_key, created_at, state, attempts, epoch, due_at,
                  updated_at) VALUES (?, 'w', 'c', CAST(x'\(key)' AS TEXT), 1, 'blocked', 0, 0, 1, 1)
                """, [id + 10])
        }
        func reason(_ id: Int64) throws -> String {
            let trace = try IntentTrace(of: id, scene.looking(), at: Scene.now)
            return WaitReason(trace, in: .init(isWorkerRunning: true, configuration: nil, now: Scene.now)).text
        }
        #expect(try reason(30).hasPrefix("the end of intent 20,"))
        #expect(try reason(31).hasPrefix("the end of intent 21,"))
        #expect(try reason(5) == "its turn, which is next in its journey")
        #expect(try reason(6) == "its turn: 1 intents of its journey go first")
    }
}
