import Foundation
import GRDB
import JourneyOutbox
import Testing

/// Enqueueing with the Swift library, in the caller's own transaction.
struct EnqueueTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    @Test func `every part of an intent arrives in its column`() throws {
        let queue = try scratch.outbox()
        let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        let intent = Intent(
            journey: "welcome", externalID: "c-1", anonymousID: "a-1", email: "ada@example.com",
            profile: #"{"first_name":"Ada"}"#, data: #"{"total":1.10}"#, orderingKey: "c-1", dedupKey: "order-1",
            scheduledAt: Date(timeIntervalSince1970: 1_800_000_000.0015),
            expiresAt: Date(timeIntervalSince1970: 1_800_000_001), traceparent: trace)
        let id = try queue.write { db in try Outbox.enqueue(intent, in: db) }
        let row = try queue.read { db in try Row.fetchOne(db, sql: "SELECT * FROM outbox") }
        let found = try #require(row)
        #expect(found["id"] == id)
        #expect(found["journey"] == "welcome")
        #expect(found["external_id"] == "c-1")
        #expect(found["anonymous_id"] == "a-1")
        #expect(found["email"] == "ada@example.com")
        #expect(found["profile"] == #"{"first_name":"Ada"}"#)
        #expect(found["data"] == #"{"total":1.10}"#)
        #expect(found["ordering_key"] == "c-1")
        #expect(found["dedup_key"] == "order-1")
        #expect(found["scheduled_at"] == 1_800_000_000_002)
        #expect(found["expires_at"] == 1_800_000_001_000)
        #expect(found["traceparent"] == trace)
        let created: Int64 = found["created_at"]
        #expect(abs(Double(created) / 1000 - Date().timeIntervalSince1970) < 60)
    }

    @Test func `an intent is committed and rolled back with its transaction`() throws {
        let queue = try scratch.outbox()
        struct Refused: Error {}
        #expect(throws: Refused.self) {
            try queue.write { (db) throws in
                try Outbox.enqueue(Intent(journey: "welcome", externalID: "c-1", dedupKey: "k"), in: db)
                throw Refused()
            }
        }
        let id = try queue.write { (db) throws in
            try Outbox.enqueue(Intent(journey: "welcome", externalID: "c-1", dedupKey: "k"), in: db)
        }
        #expect(id != nil, "a rollback frees the dedup key")
        #expect(try queue.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM outbox") } == 1)
    }

    @Test func `a repeated dedup key enqueues nothing and has no id`() throws {
        let queue = try scratch.outbox()
        try queue.write { (db) throws in
            let intent = Intent(journey: "welcome", externalID: "c-1", dedupKey: "k")
            #expect(try Outbox.enqueue(intent, in: db) == 1)
            #expect(try Outbox.enqueue(Intent(journey: "welcome", email: "other"), in: db) == 2)
            #expect(try Outbox.enqueue(intent, in: db) == nil)
            #expect(try Outbox.enqueue(Intent(journey: "goodbye", externalID: "c-1", dedupKey: "k"), in: db) == 3)
        }
    }

    @Test func `a refused intent carries the database's sentence, and the caller may go on`() throws {
        let queue = try scratch.outbox()
        try queue.write { (db) throws in
            let error = #expect(throws: OutboxError.self) { try Outbox.enqueue(Intent(journey: "welcome"), in: db) }
            #expect(error == OutboxError(.intentRefused, ""))
            #expect(error?.message == "outbox needs at least one of external_id, anonymous_id and email")
            try Outbox.enqueue(Intent(journey: "welcome", externalID: "c-1"), in: db)
        }
        #expect(try queue.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM outbox") } == 1)
    }

    @Test(arguments: [.infinity, .nan, -62_135_596_800, 1e300] as [Double])
    func `a time that is none is refused`(seconds: Double) throws {
        let queue = try scratch.outbox()
        let time = Date(timeIntervalSince1970: seconds)
        let error = #expect(throws: OutboxError.self) {
            try queue.write { (db) throws in
                try Outbox.enqueue(Intent(journey: "welcome", externalID: "c-1", scheduledAt: time), in: db)
            }
        }
        #expect(error?.errorCode == .intentRefused)
        #expect(error?.message.hasPrefix("outbox.scheduled_at must be") == true)
    }

    @Test(arguments: [
        Intent(journey: "w\0", email: "e"), Intent(journey: "w", externalID: "\0c"),
        Intent(journey: "w", email: "e", data: "{}\0"), Intent(journey: "w", email: "e", dedupKey: "a\0b"),
    ])
    func `a NUL is refused and not cut off`(intent: Intent) throws {
        let queue = try scratch.outbox()
        try queue.write { (db) throws in
            let error = #expect(throws: OutboxError.self) { try Outbox.enqueue(intent, in: db) }
            #expect(error?.errorCode == .intentRefused)
            #expect(error?.message.hasSuffix("must not contain a NUL character") == true)
        }
    }

    @Test func `a value is encoded as JSON, and a value that cannot be is refused`() throws {
        let text = try JSONText(encoding: ["path": "a/b", "at": "x"])
        #expect(text.text == #"{"at":"x","path":"a/b"}"#)
        let error = #expect(throws: OutboxError.self) { try JSONText(encoding: ["x": Double.infinity]) }
        #expect(error?.errorCode == .notEncodable)
    }

    @Test func `a trigger on a business table fills the outbox`() throws {
        let queue = try scratch.outbox()
        try queue.write { (db) throws in
            try db.execute(
                sql: """
                    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT NOT NULL, total TEXT NOT NULL);
                    CREATE TRIGGER orders_to_outbox AFTER INSERT ON orders BEGIN
                      INSERT INTO outbox (journey, external_id, data, dedup_key) VALUES (
                        'order-confirmation', NEW.customer, json_object('order', NEW.id, 'total', NEW.total),
                        'order-' || NEW.id);
                    END;
                    INSERT INTO orders (customer, total) VALUES ('c-1', '12.50'), ('c-2', '8.00');
                    """)
            let error = #expect(throws: DatabaseError.self) {
                try db.execute(sql: "INSERT OR IGNORE INTO orders (customer, total) VALUES ('', '1.00')")
            }
            #expect(error?.message?.hasPrefix("outbox.external_id must not be empty") == true)
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM orders") == 2)
            #expect(
                try String.fetchAll(db, sql: "SELECT data FROM outbox ORDER BY id")
                    == [#"{"order":1,"total":"12.50"}"#, #"{"order":2,"total":"8.00"}"#])
        }
    }
}
