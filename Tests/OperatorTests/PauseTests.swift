import Delivery
import GRDB
import Operation
import Testing

@testable import SQLiteStore

@Suite struct PauseTests {
    @Test func `a pause is stored once, keeps its start time, and is ended by its own scope`() throws {
        let scene = try Scene()
        #expect(try PauseSwitch(scene.changing(), at: Scene.now).pause(.everything, reason: "deploy"))
        #expect(try !PauseSwitch(scene.changing(), at: Scene.now + .seconds(9)).pause(.everything, reason: nil))
        let row = try #require(try scene.rows("SELECT * FROM outbox_pause").first)
        #expect([row["scope"], row["cause"]] as [String] == ["", "operator"])
        #expect(row["since"] == Scene.now.milliseconds)

        let other = try PauseSwitch(scene.changing(), at: Scene.now).resume(.journey("welcome"))
        #expect(!other.wasPaused)
        #expect(other.remaining.map(\.cause) == ["operator"])
        #expect(try PauseSwitch(scene.changing(), at: Scene.now).resume(.everything).wasPaused)
        #expect(try scene.count("SELECT count(*) FROM outbox_pause") == 0)
        #expect(try !PauseSwitch(scene.changing(), at: Scene.now).resume(.everything).wasPaused)
    }

    @Test func `resume makes the next probe due at once, and does not shorten a rate limit`() throws {
        let scene = try Scene()
        let later = Scene.now.milliseconds + 600_000
        try scene.run(
            """
            INSERT INTO outbox_pause (scope, cause, since, next_probe, probes) VALUES
              ('', 'unauthorized', 1, \(later), 3), ('', 'rate_limited', 1, \(later), 0),
              ('welcome', 'state_conflict', 1, \(later), 1), ('farewell', 'state_conflict', 1, \(later), 1)
            """)
        let one = try PauseSwitch(scene.changing(), at: Scene.now).resume(.journey("welcome"))
        #expect(one.probing.map(\.scope) == [.journey("welcome")])
        let all = try PauseSwitch(scene.changing(), at: Scene.now).resume(.everything)
        #expect(Set(all.probing.map(\.cause)) == ["unauthorized", "state_conflict"])
        #expect(all.remaining.map(\.cause) == ["rate_limited"])
        let now = Scene.now.milliseconds
        #expect(try scene.count("SELECT count(*) FROM outbox_pause WHERE next_probe = \(now) AND probes > 0") == 3)
        #expect(try scene.count("SELECT count(*) FROM outbox_pause WHERE next_probe = \(later)") == 1)
    }
}
