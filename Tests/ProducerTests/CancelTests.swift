import GRDB
import JourneyOutbox
import Testing

/// Cancelling an intent in every table. The tests fill the worker's tables themselves.
struct CancelTests {
    private let queue: DatabaseQueue
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        queue = try scratch.outbox()
        try queue.write { (db) throws in
            try db.execute(
                sql: """
                    INSERT INTO outbox (journey, external_id, data, dedup_key) VALUES ('w', 'pending', '{}', 'k-pending');
                    INSERT INTO outbox (journey, external_id, scheduled_at, dedup_key)
                      VALUES ('w', 'scheduled', 99999999999999, 'k-scheduled');
                    """)
            for (id, state) in [(3, "retrying"), (4, "blocked")] {
                try db.execute(
                    sql: """
                        INSERT INTO outbox_waiting (id, journey, external_id, dedup_key, created_at, state, attempts, epoch,
                          due_at, code, message, request_id, batch_id, updated_at)
                        VALUES (?, 'w', ?, ?, 1700000000000, ?, 2, 1, 1700000000000, 'c', 'm', 'r', 9, 1700000000000)
                        """, arguments: [id, state, "k-\(state)", state])
            }
            for (id, state) in [(5, "dead"), (6, "cancelled")] {
                try db.execute(
                    sql: """
                        INSERT INTO outbox_dead (id, journey, external_id, created_at, state, attempts, epoch, updated_at)
                        VALUES (?, 'w', ?, 1700000000000, ?, 1, 0, 1700000000000)
                        """, arguments: [id, state, state])
            }
            for (id, state) in [(7, "sending"), (8, "in_doubt"), (9, "settled")] {
                try db.execute(
                    sql: """
                        INSERT INTO outbox_batch (state, journey, key, target, api_key_fingerprint, body_sha256, first_id,
                          last_id, size, attempt, due_at, frozen_at, updated_at, settled_at, members, body)
                        VALUES (?, 'w', 'k', 't', 'f', 's', ?, ?, 1, 1, 0, 0, 0, 1, ?, x'7b7d')
                        """, arguments: [state, id, id, "[[\(id),0,0,\"\(state)\",null,null]]"])
                try db.execute(
                    sql: "INSERT INTO outbox_dedup VALUES ('w', ?, ?)", arguments: ["k-\(state)", id])
            }
            for (id, state) in [(3, "retrying"), (4, "blocked")] {
                try db.execute(
                    sql: "INSERT INTO outbox_dedup VALUES ('w', ?, ?)", arguments: ["k-\(state)", id])
            }
        }
    }

    @Test func `every intent is seen in its state`() throws {
        let states = try queue.read { db in
            try Row.fetchAll(db, sql: "SELECT external_id, state FROM outbox_intents ORDER BY id")
                .map { row in ["\(row["external_id"] as String)", "\(row["state"] as String)"] }
        }
        #expect(states.count == 8)
        #expect(states.allSatisfy { $0[0] == $0[1] })
        let delivered = try queue.read { db in try Row.fetchAll(db, sql: "SELECT id, state FROM outbox_history") }
        #expect(delivered == [["id": 9, "state": "delivered"]])
    }

    @Test(arguments: [(1, "pending"), (2, "scheduled"), (3, "retrying"), (4, "blocked")] as [(Int64, String)])
    func `what waits is cancelled, keeps its record and frees its key`(id: Int64, state: String) throws {
        try queue.write { (db) throws in
            #expect(try Outbox.cancel(id, in: db))
            #expect(try Outbox.cancel(id, in: db) == false)
            let row = try Row.fetchOne(db, sql: "SELECT * FROM outbox_dead WHERE id = ?", arguments: [id])
            #expect(row?["state"] == "cancelled")
            #expect(row?["external_id"] == state)
            #expect(row?["dedup_key"] == "k-\(state)")
            #expect(row?["attempts"] == (id > 2 ? 2 : 0))
            #expect(row?["code"] == (id > 2 ? "c" : nil))
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM outbox WHERE id = ?", arguments: [id]) == 0)
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM outbox_waiting WHERE id = ?", arguments: [id]) == 0)
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM outbox_intents WHERE id = ?", arguments: [id]) == 1)
            #expect(try Outbox.enqueue(Intent(journey: "w", externalID: "anew", dedupKey: "k-\(state)"), in: db) != nil)
        }
    }

    @Test(arguments: [5, 6, 9, 10] as [Int64])
    func `an intent that has ended or never existed is not changed`(id: Int64) throws {
        try queue.write { (db) throws in
            let before = try Row.fetchAll(db, sql: "SELECT * FROM outbox_dead")
            #expect(try Outbox.cancel(id, in: db) == false)
            #expect(try Row.fetchAll(db, sql: "SELECT * FROM outbox_dead") == before)
            #expect(
                try Row.fetchAll(db, sql: "DELETE FROM outbox_intents WHERE id = ? RETURNING id", arguments: [id]) == []
            )
        }
    }

    @Test(arguments: [(7, "this intent is being sent"), (8, "this intent may have been entered")] as [(Int64, String)])
    func `an intent that may have been sent is not cancelled, with a sentence`(id: Int64, sentence: String) throws {
        try queue.write { (db) throws in
            let error = #expect(throws: OutboxError.self) { try Outbox.cancel(id, in: db) }
            #expect(error?.errorCode == .cancelRefused)
            #expect(error?.message.hasPrefix(sentence) == true)
            #expect(
                try Int.fetchOne(db, sql: "SELECT count(*) FROM outbox_dedup WHERE intent_id = ?", arguments: [id]) == 1
            )
        }
    }

    @Test func `cancelling all cancels none when one may have left`() throws {
        try queue.write { (db) throws in
            #expect(throws: DatabaseError.self) { try db.execute(sql: "DELETE FROM outbox_intents") }
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM outbox_dead") == 2)
            #expect(
                try Int64.fetchAll(db, sql: "DELETE FROM outbox_intents WHERE id < 7 RETURNING id").sorted() == [
                    1, 2, 3, 4,
                ])
        }
    }

    @Test(arguments: [false, true])
    func `deleting from the outbox itself is a cancel`(recursiveTriggers: Bool) throws {
        try queue.writeWithoutTransaction { (db) throws in
            try db.execute(sql: "PRAGMA recursive_triggers = \(recursiveTriggers ? 1 : 0)")
            try db.execute(sql: "DELETE FROM outbox")
            #expect(
                try Int64.fetchAll(db, sql: "SELECT id FROM outbox_dead WHERE state = 'cancelled' ORDER BY id") == [
                    1, 2, 6,
                ])
            #expect(
                try String.fetchAll(db, sql: "SELECT dedup_key FROM outbox_dedup WHERE intent_id < 3") == [])
        }
    }

    @Test func `a worker's own move leaves no cancelled intent, and a missing mark loses none`() throws {
        try queue.write { (db) throws in
            try db.execute(sql: "UPDATE outbox_meta SET value = 1 WHERE key = 'moving'")
            try db.execute(sql: "DELETE FROM outbox WHERE id = 1")
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM outbox_dead WHERE id = 1") == 0)
            try db.execute(sql: "DELETE FROM outbox_meta WHERE key = 'moving'")
            try db.execute(sql: "DELETE FROM outbox WHERE id = 2")
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM outbox_dead WHERE id = 2") == 1)
        }
    }
}
