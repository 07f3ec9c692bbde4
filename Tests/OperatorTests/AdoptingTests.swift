import Delivery
import Deployment
import Foundation
import GRDB
import Operation
import Testing

@testable import SQLiteStore

/// The effect of an adoption on intents in every state.
@Suite struct AdoptingTests {
    private static let place = DeploymentSite(database: "/app.db", stateDirectory: "/state", deployment: nil)

    private static func need(_ mark: Int64, _ marks: Marks = Marks()) -> AdoptionNeed {
        AdoptionNeed(
            cause: .restored, mark: mark,
            remembered: Binding(folder: "f", path: "/app.db", uuid: "u1", marks: marks), sight: "it went back")
    }

    /// Proofs for these intents, as the ledger would have them for their present content.
    private static func proofs(_ scene: Scene, _ ids: Set<Int64>) throws -> [Int64: Set<UInt64>] {
        var proofs: [Int64: Set<UInt64>] = [:]
        try scene.queue.read { db in
            for table in AdoptedRows.Table.allCases {
                for id in ids {
                    let journey = try String.fetchOne(
                        db, sql: "SELECT journey FROM \(table.rawValue) WHERE id = ?", arguments: [id])
                    guard let journey else { continue }
                    let reader = try IntentReader(
                        db, from: table, where: "id = ?", arguments: [id])
                    try reader.forEach(db) { row, _ in
                        proofs[id] = IntentDigest(row, journey: journey).map { [$0.digest] } ?? []
                        return true
                    }
                }
            }
            for batch in try BatchTable(db: db).all(in: .sending) + BatchTable(db: db).all(in: .inDoubt) {
                for digest in IntentDigest.members(of: batch) ?? [] where ids.contains(digest.id) {
                    proofs[digest.id] = [digest.digest]
                }
            }
        }
        return proofs
    }

    private static func adopting(
        _ scene: Scene, _ need: AdoptionNeed, proven ids: Set<Int64> = []
    ) throws -> AdoptionRun {
        let proofs = try proofs(scene, ids)
        return AdoptionRun(try scene.changing(), need, at: Scene.now) { wanted in
            proofs.filter { wanted.contains($0.key) }
        }
    }

    private func states(_ scene: Scene) throws -> [Int: String] {
        let rows = try scene.rows("SELECT id, state FROM outbox_intents UNION ALL SELECT id, state FROM outbox_history")
        return Dictionary(rows.map { ($0[0], $0[1]) }) { "\($0)+\($1)" }
    }

    @Test func `proven rows are delivered, from every table, and are in one place`() throws {
        let scene = try Scene()
        try scene.enqueue(["a", "b", "c"])
        try scene.insertDead([11, 12])
        _ = try IntentChange(scene.changing(), .retry, at: Scene.now).apply(to: .ids([12]))
        let report = try Self.adopting(scene, Self.need(20), proven: [1, 11, 12]).apply(.deliver)
        #expect(report == AdoptionReport(proven: 3, unproven: 2, new: 0))
        #expect(
            try states(scene) == [1: "delivered", 2: "pending", 3: "pending", 11: "delivered", 12: "delivered"])
        #expect(try scene.count("SELECT delivered FROM outbox_journey WHERE journey = 'welcome'") == 3)
        // Delivered intents keep their dedup keys.
        #expect(try scene.count("SELECT count(*) FROM outbox_dedup") == 5)
        #expect(try scene.count("SELECT value FROM outbox_meta WHERE key = 'moving'") == 0)
        let member = try scene.rows("SELECT external_id, attempts FROM outbox_history WHERE id = 12")
        #expect(member.first?["external_id"] == "cust_12")
    }

    @Test func `only unproven intents from before the mark are discarded`() throws {
        let scene = try Scene()
        try scene.enqueue(["a", "b", "c", "d"])
        try scene.insertDead([11])
        let report = try Self.adopting(scene, Self.need(3), proven: [1]).apply(.discard)
        #expect(report == AdoptionReport(proven: 1, unproven: 2, new: 1))
        #expect(try states(scene) == [1: "delivered", 2: "dead", 3: "dead", 4: "pending", 11: "dead"])
        let dead = try scene.rows("SELECT id, code FROM outbox_dead ORDER BY id").map {
            "\($0[0] as Int) \($0[1] as String)"
        }
        #expect(dead == ["2 discarded", "3 discarded", "11 invalid_email"])
    }

    @Test func `an intent with a reused id and other content is delivered`() throws {
        let scene = try Scene()
        try scene.enqueue(["a", "b"])
        let adopting = AdoptionRun(try scene.changing(), Self.need(9), at: Scene.now) { ids in
            Dictionary(uniqueKeysWithValues: ids.map { ($0, [1]) })
        }
        #expect(try adopting.apply(.discard) == AdoptionReport(proven: 0, unproven: 0, new: 2))
        #expect(try states(scene) == [1: "pending", 2: "pending"])
    }

    @Test(arguments: [AdoptionChoice.deliver, .discard])
    func `intents of every state go where the table of transitions lets them go`(choice: AdoptionChoice) async throws {
        let scene = try Scene()
        try scene.enqueue(["in doubt"])
        _ = try await scene.doubt()
        try scene.enqueue(["sending"])
        try await scene.freeze()
        try scene.enqueue(["pending", "blocked"])
        try scene.enqueue(["scheduled"], scheduledAt: Scene.now + .seconds(60))
        try scene.run(
            """
            INSERT INTO outbox_waiting (id, journey, external_id, data, dedup_key, created_at, state, attempts, epoch,
              due_at, updated_at)
            SELECT id, journey, external_id, data, dedup_key, created_at, 'blocked', 0, 0, 0, 0 FROM outbox WHERE id = 4
            """)
        try scene.run("UPDATE outbox_meta SET value = 1 WHERE key = 'moving'")
        try scene.run("DELETE FROM outbox WHERE id = 4")
        try scene.run("UPDATE outbox_meta SET value = 0 WHERE key = 'moving'")
        try scene.insertDead([11, 12])
        _ = try IntentChange(scene.changing(), .retry, at: Scene.now).apply(to: .ids([12]))
        let before = try states(scene)
        #expect(
            before == [
                1: "in_doubt", 2: "sending", 3: "pending", 4: "blocked", 5: "scheduled", 11: "dead", 12: "retrying",
            ])
        let proven: Set<Int64> = choice == .deliver ? [1, 2, 3, 4, 5, 11, 12] : []
        _ = try Self.adopting(scene, Self.need(20), proven: proven).apply(choice)
        for (id, state) in try states(scene) where state != before[id] {
            let from = try #require(before[id].flatMap(IntentState.init(rawValue:)))
            #expect(IntentState(rawValue: state).map(from.successors.contains) == true, "\(from) → \(state)")
        }
        #expect(Set(try states(scene).values) == [choice == .deliver ? "delivered" : "dead"])
    }

    @Test func `counting changes nothing, and a second adoption has nothing to do`() throws {
        let scene = try Scene()
        try scene.enqueue(["a", "b"])
        let proofs = try Self.proofs(scene, [1])
        let adopting = AdoptionRun(try scene.changing(), Self.need(2), at: Scene.now) { _ in proofs }
        #expect(try adopting.look() == AdoptionReport(proven: 1, unproven: 1, new: 0))
        #expect(try states(scene) == [1: "pending", 2: "pending"])
        #expect(try adopting.apply(.discard) == AdoptionReport(proven: 1, unproven: 1, new: 0))
        #expect(try adopting.apply(.discard) == AdoptionReport())
        #expect(try states(scene) == [1: "delivered", 2: "dead"])
    }

    @Test(arguments: ["--deliver", "--discard"])
    func `a request with a proven member is never repeated under its key`(choice: String) async throws {
        let scene = try Scene()
        try scene.enqueue(["a", "b", "c"])
        try await scene.freeze()
        let adopting = try Self.adopting(scene, Self.need(3), proven: [2])
        #expect(
            try adopting.apply(choice == "--deliver" ? .deliver : .discard)
                == AdoptionReport(proven: 1, unproven: 2, new: 0))
        let rest = choice == "--deliver" ? "retrying" : "dead"
        #expect(try states(scene) == [1: rest, 2: "delivered", 3: rest])
        #expect(try scene.count("SELECT count(*) FROM outbox_batch WHERE state <> 'settled'") == 0)
    }

    @Test func `an intent in doubt stays in doubt unless it is proven or discarded`() async throws {
        let scene = try Scene()
        try scene.enqueue(["a", "b"])
        _ = try await scene.doubt()
        let adopting = try Self.adopting(scene, Self.need(2), proven: [1])
        _ = try adopting.apply(.deliver)
        #expect(try states(scene) == [1: "delivered", 2: "in_doubt"])
        _ = try adopting.apply(.discard)
        #expect(try states(scene) == [1: "delivered", 2: "dead"])
    }

    @Test func `the new identity sets stamps, sequences and marks, and ends the pause`() async throws {
        let scene = try Scene()
        try scene.enqueue(["a"])
        try await scene.freeze()
        try scene.run("UPDATE outbox_batch SET possibly_executed_since = NULL, frozen_at = 1700000000000")
        let uuid: String? = try await scene.queue.read { try MetaTable(db: $0).text(.uuid) }
        let adopting = try Self.adopting(scene, Self.need(500, Marks(fence: 9, intents: 500, batches: 70)))
        _ = try adopting.apply(.deliver)
        #expect(try scene.count("SELECT count(*) FROM outbox_pause WHERE cause = 'database_restored'") == 1)
        let strangers = try adopting.finish(uuid: "u2", before: "another", at: Self.place)
        #expect(!strangers)
        let own = try adopting.finish(uuid: "u2", before: uuid, at: Self.place)
        #expect(own)
        let record = try await scene.queue.read { try IdentityTable(db: $0).identityRecord() }
        #expect(
            record
                == IdentityRecord(
                    uuid: "u2", stateDirectory: "/state", marks: Marks(fence: 9, intents: 500, batches: 70)))
        #expect(try scene.count("SELECT count(*) FROM outbox_pause") == 0)
        #expect(try scene.count("SELECT possibly_executed_since FROM outbox_batch") == 1_700_000_000_000)
        try scene.enqueue(["b"])
        #expect(try scene.count("SELECT max(id) FROM outbox") == 501)
    }

    @Test func `an intent that is proven delivered releases the lane of its ordering key`() throws {
        let scene = try Scene()
        try scene.enqueue(["a"])
        try scene.run("INSERT INTO outbox_lane (journey, ordering_key, open_id) VALUES ('welcome', 'k', 1)")
        _ = try Self.adopting(scene, Self.need(1), proven: [1]).apply(.deliver)
        #expect(try scene.count("SELECT count(*) FROM outbox_lane") == 0)
    }

    @Test(arguments: [Set<Int64>(), [1, 2]])
    func `adopting several intents of one ordering key releases the next one`(proven: Set<Int64>) throws {
        let scene = try Scene()
        for contact in ["a", "b", "c"] {
            try scene.run(
                "INSERT INTO outbox (journey, external_id, ordering_key) VALUES ('welcome', ?, 'k')", [contact])
        }
        try scene.run("INSERT INTO outbox_lane (journey, ordering_key, open_id) VALUES ('welcome', 'k', 1)")
        try scene.run(
            """
            INSERT INTO outbox_waiting (id, journey, external_id, ordering_key, created_at, state, attempts, epoch, due_at,
              updated_at) SELECT id, journey, external_id, ordering_key, created_at, 'blocked', 0, 0, 0, 0
            FROM outbox WHERE id = 3
            """)
        try scene.run("UPDATE outbox_meta SET value = 1 WHERE key = 'moving'")
        try scene.run("DELETE FROM outbox WHERE id = 3")
        try scene.run("UPDATE outbox_meta SET value = 0 WHERE key = 'moving'")
        _ = try Self.adopting(scene, Self.need(2), proven: proven).apply(.discard)
        #expect(try scene.count("SELECT open_id FROM outbox_lane") == 3)
        #expect(try scene.count("SELECT count(*) FROM outbox_waiting WHERE state = 'retrying'") == 1)
    }

    @Test func `a long backlog is adopted in short transactions`() throws {
        let scene = try Scene()
        try scene.queue.write { db in
            for id in 1...3000 {
                try db.execute(
                    sql: "INSERT INTO outbox (journey, external_id) VALUES (?, ?)",
                    arguments: [id % 2 == 0 ? "welcome" : "farewell", "c\(id)"])
            }
        }
        let adopting = try Self.adopting(scene, Self.need(3000), proven: Set(1...1500))
        #expect(try adopting.apply(.discard) == AdoptionReport(proven: 1500, unproven: 1500, new: 0))
        #expect(try scene.count("SELECT count(*) FROM outbox_history") == 1500)
        #expect(try scene.count("SELECT count(*) FROM outbox_dead WHERE code = 'discarded'") == 1500)
        #expect(try scene.count("SELECT count(*) FROM outbox") == 0)
        #expect(try scene.count("SELECT max(size) FROM outbox_batch") <= 100)
    }
}
