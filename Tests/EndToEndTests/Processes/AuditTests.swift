import Audit
import Foundation
import GRDB
import JourneyOutbox
import Testing

/// Each case has one violation, and the audit must find it. A correct run must have none.
struct AuditTests {
    private static let sending = batch("sending")

    private static func batch(_ state: String, ids: [Int64] = [1], code: String? = nil, attempt: Int = 1) -> String {
        let members = ids.map { "[\($0),0,0,\"c\",null,null,null,null,null,null,0,null,null,null,null,null,null]" }
        let quoted = code.map { "'\($0)'" } ?? "NULL"
        return """
            INSERT INTO outbox_batch (state, journey, key, target, api_key_fingerprint, body_sha256, first_id, last_id, size,
              attempt, due_at, frozen_at, updated_at, members, body, code)
            VALUES ('\(state)', 'welcome', 'k', '', '', '', 1, 1, 1, \(attempt), 0, 0, 0,
              '[\(members.joined(separator: ","))]', x'', \(quoted));
            """
    }

    private static func move(_ insertion: String) -> String {
        "UPDATE outbox_meta SET value = 1 WHERE key = 'moving'; DELETE FROM outbox WHERE id = 1; \(insertion)"
    }

    private static func effect(_ order: Int, journey: Int = 33, seq: Int = 1) -> String {
        #"{"type":"effect","seq":\#(seq),"at":1,"journey":\#(journey),"data":"{\"order\":\#(order)}"}"#
    }

    private static func request(
        _ key: String, _ digest: String = "d", status: Int = 200, code: String = "", at: Int = 1
    )
        -> String
    {
        #"{"type":"request","seq":1,"at":\#(at),"method":"POST","path":"/t","key":"\#(key)","body_sha256":"\#(digest)","#
            + #""status":\#(status),"code":"\#(code)","request_id":"req_1"}"#
    }

    private static let settle = "UPDATE outbox_batch SET state = 'settled', body = NULL;"
    private static let delivered = move(sending) + settle

    /// A description, the statements, the lines of the API's log, and the number of the violated invariant.
    private static let cases: [(String, String, [String], String)] = [
        ("delivered once", delivered, [effect(10), request("k")], ""),
        ("lost", move(""), [], "1"),
        ("in two tables", sending, [], "1"),
        ("without an order", "INSERT INTO outbox (journey, external_id) VALUES ('welcome', 'x')", [], "1"),
        ("delivered and not entered", delivered, [], "2"),
        ("entered twice", delivered, [effect(10), effect(10, seq: 2)], "2"),
        ("entered and not delivered", "", [effect(10)], "2"),
        ("another journey", delivered, [effect(10, journey: 41)], "2"),
        (
            "dead without a reason",
            move(
                "INSERT INTO outbox_dead (id, journey, created_at, state, attempts, epoch, updated_at, code) VALUES (1, 'welcome', 1, 'dead', 1, 0, 1, 'x');"
            ), [], "3"
        ),
        ("rolled back and sent", delivered, [effect(10), effect(11)], "4"),
        (
            "cancelled and sent", "DELETE FROM outbox WHERE id = 1; INSERT INTO cancellations VALUES (1)", [effect(10)],
            "4"
        ),
        ("cancelled by no producer", "DELETE FROM outbox WHERE id = 1", [], "4"),
        ("a key for two requests", delivered, [effect(10), request("k"), request("k", "e")], "5"),
        ("a mismatch", delivered, [effect(10), request("k", status: 409, code: "idempotency_key_mismatch")], "6"),
        ("in doubt without a reason", move(batch("in_doubt", code: "unknown_after")), [], "7"),
        ("a crash too few", move(batch("in_doubt", code: "worker_crashed", attempt: 7)), [], "7"),
        (
            "crashes enough",
            move(sending) + "UPDATE outbox_batch SET state = 'in_doubt', code = 'worker_crashed', attempt = 8", [], ""
        ),
        (
            "paused without a reason",
            delivered
                + "INSERT INTO outbox_pause VALUES ('', 'redirected', NULL, NULL, 0, NULL, 0); DELETE FROM outbox_pause",
            [effect(10)], "7"
        ),
        ("left behind", "", [], "8"),
        (
            "waiting after its final state",
            delivered
                + "INSERT INTO outbox_waiting (id, journey, created_at, state, attempts, epoch, due_at, updated_at) VALUES (1, 'welcome', 1, 'retrying', 0, 0, 0, 0); DELETE FROM outbox_waiting",
            [effect(10)], "9"
        ),
        (
            "no decision ended the doubt",
            move(sending)
                + "UPDATE outbox_batch SET state = 'in_doubt', code = 'worker_crashed', attempt = 8; UPDATE outbox_batch SET state = 'settled', body = NULL; INSERT INTO outbox_dead (id, journey, created_at, state, attempts, epoch, updated_at) VALUES (1, 'welcome', 1, 'dead', 1, 0, 1); DELETE FROM outbox_dead",
            [effect(10)], "9"
        ),
        ("over the budget", delivered, [effect(10)] + (1...4).map { request("k\($0)", at: $0) }, "11"),
        ("within the budget", delivered, [effect(10)] + (1...4).map { request("k\($0)", at: $0 * 500) }, ""),
    ]

    @Test(arguments: cases.indices) func `each violation is reported under the number of its invariant`(index: Int)
        throws
    {
        let (what, statements, lines, number) = Self.cases[index]
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("audit-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
        let log = folder.appendingPathComponent("effects.jsonl")
        // The process ended while it wrote the last line.
        try (lines.map { $0 + "\n" }.joined() + #"{"type":"eff"#).write(to: log, atomically: true, encoding: .utf8)
        let business = try ProcessBench.database(at: folder.appendingPathComponent("app.db").path, journalMode: "wal")
        try business.write { db in
            try db.execute(sql: "INSERT INTO outbox (journey, external_id) VALUES ('welcome', 'c')")
            try db.execute(sql: "INSERT INTO orders VALUES (10, 1, 'welcome', 'c', NULL)")
            try db.execute(sql: statements)
        }
        let audit = Audit(
            log: try APILog(path: log.path), journeys: ProcessBench.journeys, faults: [.kills],
            budget: Audit.RequestBudget(requestsMax: 3, windowMilliseconds: 1000, transitMilliseconds: 100))
        let wrong = try business.read { try audit.violations(in: $0, isDrained: true) }
        try business.close()
        let numbers = Set(wrong.map { $0.prefix { $0 != ":" } }.map(String.init))
        #expect(number.isEmpty ? numbers.isEmpty : numbers.contains(number), "\(what): \(wrong)")
    }

    @Test func `effects of one ordering key in the wrong order are reported`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("audit-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
        let log = folder.appendingPathComponent("effects.jsonl")
        try [Self.effect(11, seq: 1), Self.effect(10, seq: 2), ""].joined(separator: "\n")
            .write(to: log, atomically: true, encoding: .utf8)
        let business = try ProcessBench.database(
            at: folder.appendingPathComponent("app.db").path, journalMode: "delete")
        try business.write { db in
            for number in [10, 11] {
                try db.execute(sql: "INSERT INTO outbox (journey, external_id) VALUES ('welcome', 'c')")
                try db.execute(
                    sql: "INSERT INTO orders VALUES (?, last_insert_rowid(), 'welcome', 'c', 'lane')",
                    arguments: [number])
            }
        }
        let audit = Audit(log: try APILog(path: log.path), journeys: ProcessBench.journeys, faults: [])
        let wrong = try business.read { try audit.violations(in: $0, isDrained: false) }
        try business.close()
        #expect(wrong.contains { $0.hasPrefix("12") }, "\(wrong)")
    }

    @Test func `a secret in a file is reported`() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("leak-\(UUID().uuidString)")
        try "so sk_secret stands".write(to: file, atomically: true, encoding: .utf8)
        #expect(try SecretScan.violations(of: ["sk_secret", "absent"], in: [file]).count == 1)
        try FileManager.default.removeItem(at: file)
    }
}
