import Delivery
import Foundation
import GRDB
import Operation
import SQLiteStore

/// A business database with an outbox, created by the repository's migrations and removed after the test.
final class Scene: Sendable {
    static let now = WallTime(milliseconds: 1_800_000_000_000)

    private let folder: URL
    let queue: DatabaseQueue

    var path: String { folder.appendingPathComponent("shop.db").path }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("operator-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var configuration = GRDB.Configuration()
        configuration.busyMode = .timeout(10)
        queue = try DatabaseQueue(path: folder.appendingPathComponent("shop.db").path, configuration: configuration)
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
        let migrations = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("migrations")
        let files = try FileManager.default.contentsOfDirectory(atPath: migrations.path)
            .filter { $0.hasSuffix(".up.sql") }.sorted()
        for file in files {
            try run(try String(contentsOf: migrations.appendingPathComponent(file), encoding: .utf8))
        }
    }

    deinit {
        do {
            try FileManager.default.removeItem(at: folder)
        } catch {
            print("could not remove \(folder.path): \(error)")
        }
    }

    func run(_ sql: String, _ arguments: StatementArguments = []) throws {
        try queue.write { try $0.execute(sql: sql, arguments: arguments) }
    }

    func rows(_ sql: String) throws -> [Row] {
        try queue.read { try Row.fetchAll($0, sql: sql) }
    }

    func count(_ sql: String) throws -> Int {
        try queue.read { try Int.fetchOne($0, sql: sql) ?? 0 }
    }

    func looking() throws -> OperatorConnection { try OperatorConnection(path: path, for: .looking) }
    func changing() throws -> OperatorConnection { try OperatorConnection(path: path, for: .changing) }

    // MARK: Intents in every state

    /// Commits intents as a producer does.
    func enqueue(_ contacts: [String], to journey: String = "welcome", scheduledAt: WallTime? = nil) throws {
        for contact in contacts {
            try run(
                """
                INSERT INTO outbox (journey, external_id, data, ordering_key, dedup_key, scheduled_at, created_at)
                VALUES (?, ?, ?, NULL, ?, ?, ?)
                """,
                [
                    journey, contact, #"{"total":1.10,"of":"\#(contact)"}"#, "dedup-\(contact)",
                    scheduledAt?.milliseconds, Self.now.milliseconds - 60_000,
                ])
        }
    }

    /// Inserts dead intents. Their dedup keys are in use, as those of any intent.
    func insertDead(_ ids: some Sequence<Int>, journey: String = "welcome", code: String = "invalid_email") throws {
        try queue.write { db in
            for id in ids {
                try db.execute(
                    sql: """
                        INSERT INTO outbox_dead (id, journey, external_id, email, data, dedup_key, created_at, state,
                          attempts, epoch, code, message, request_id, updated_at)
                        VALUES (?, ?, ?, ?, '{"total":1.10}', ?, ?, 'dead', 5, 2, ?, 'no such address', 'req_1', ?)
                        """,
                    arguments: [
                        id, journey, "cust_\(id)", "c\(id)@example.com", "key-\(id)",
                        Self.now.milliseconds - 7_200_000, code, Self.now.milliseconds - 3_600_000 + Int64(id),
                    ])
                try db.execute(
                    sql: "INSERT INTO outbox_dedup (journey, dedup_key, intent_id) VALUES (?, ?, ?)",
                    arguments: [journey, "key-\(id)", id])
            }
        }
    }

    /// Lets the store freeze the committed intents in one batch, which is then in the state sending.
    @discardableResult
    func freeze(_ journey: String = "welcome", rowsMax: Int = 100) async throws -> Int64 {
        let store = try SQLiteStore(path: path)
        _ = try await store.takeOver(at: Self.now)
        var round = Round(now: Self.now, trustedTime: Self.now)
        let target = Target(url: "http://127.0.0.1:1/api/client", journey: 33, entrance: nil, version: "2026-04-28")
        round.claims = [
            ClaimRequest(
                journey: Journey(name: journey, id: 33), target: target, apiKeyFingerprint: "fp", batches: 1,
                rowsMax: rowsMax, bodyBytesMax: 1 << 20, linger: .zero)
        ]
        guard let batch = try await store.commit(round).begun.first else { throw Nothing() }
        return batch.id
    }

    func doubt(_ journey: String = "welcome", rowsMax: Int = 100) async throws -> Int64 {
        let batch = try await freeze(journey, rowsMax: rowsMax)
        try run("UPDATE outbox_batch SET state = 'in_doubt' WHERE id = ?", [batch])
        return batch
    }

    struct Nothing: Error {}
}

extension PauseCause: ExpressibleByStringLiteral {
    /// In tests a cause is written as the database spells it.
    public init(stringLiteral text: String) { self.init(text: text) }
}
