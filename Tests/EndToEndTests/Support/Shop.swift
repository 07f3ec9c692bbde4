import Foundation
import GRDB
import Sandbox
import Testing

@testable import SQLiteStore

/// A separate database beside the bench's. No connection stays open, so that it can be copied, moved and restored.
struct Shop: Sendable {
    let bench: Workbench
    let name: String
    var state = "state"
    var deployment: String?

    var path: String { bench.folder.appendingPathComponent("\(name).db").path }

    static func open(in bench: Workbench, named name: String = "shop", journalMode: String = "wal") throws -> Shop {
        let shop = Shop(bench: bench, name: name)
        try Workbench.database(at: URL(fileURLWithPath: shop.path), journalMode: journalMode).close()
        return shop
    }

    /// The same configuration for a database of another name.
    func at(_ name: String) -> Shop {
        var shop = Shop(bench: bench, name: name)
        shop.state = state
        shop.deployment = deployment
        return shop
    }

    func with(state: String? = nil, deployment: String? = nil) -> Shop {
        var shop = self
        shop.state = state ?? self.state
        shop.deployment = deployment ?? self.deployment
        return shop
    }

    var yaml: String {
        bench.yaml.replacingOccurrences(of: "app.db", with: "\(name).db")
            .replacingOccurrences(of: "/state\n", with: "/\(state)\n")
            + (deployment.map { "\ndeployment: \($0)" } ?? "")
    }

    // MARK: The database

    /// Opens the database while the body runs. Afterwards there are no files beside it.
    @discardableResult
    func use<Value>(_ body: (DatabaseQueue) throws -> Value) throws -> Value {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        let value = try body(queue)
        try queue.close()
        return value
    }

    func insert(_ orders: ClosedRange<Int>, journey: String = "welcome") throws {
        try use { queue in
            try queue.write { db in
                for order in orders {
                    try db.execute(
                        sql: "INSERT INTO outbox (journey, external_id, data) VALUES (?, ?, ?)",
                        arguments: [journey, "cust-\(order)", #"{"order":\#(order)}"#])
                }
            }
        }
    }

    func query<Value: DatabaseValueConvertible & Sendable>(_ sql: String) throws -> Value? {
        try use { queue in try queue.read { try Value.fetchOne($0, sql: sql) } }
    }

    func states() throws -> [String: Int] {
        try use { queue in
            try queue.read { db in
                let rows = try Row.fetchAll(
                    db,
                    sql: """
                        SELECT state, count(*) FROM (
                          SELECT state FROM outbox_intents UNION ALL SELECT state FROM outbox_history) GROUP BY state
                        """)
                return Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0[1]) })
            }
        }
    }

    // MARK: Files

    func bytesInLog() throws -> Int {
        let log = path + "-wal"
        guard FileManager.default.fileExists(atPath: log) else { return 0 }
        return try FileManager.default.attributesOfItem(atPath: log)[.size] as? Int ?? 0
    }

    func copyFiles(to other: Shop) throws {
        try FileManager.default.copyItem(atPath: path, toPath: other.path)
    }

    /// Copies the file and its log while both are in use, and checkpoints the copy's log into the copy.
    func copyFrames(to other: Shop) throws {
        try use { queue in
            try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_autocheckpoint = 0") }
            // This change is only in the log.
            try queue.write { try $0.execute(sql: "UPDATE outbox_meta SET value = value WHERE key = 'uuid'") }
            try copyFiles(to: other)
            try FileManager.default.copyItem(atPath: path + "-wal", toPath: other.path + "-wal")
        }
        try other.use { queue in
            try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        }
    }

    /// Replaces the database with a backup, as an operator does with the service stopped.
    func restore(from backup: Shop) throws {
        for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.removeItem(atPath: path + suffix)
        }
        try backup.copyFiles(to: self)
    }

    // MARK: Processes

    func start(_ command: [String], fault: ProcessFault? = nil) throws -> ChildProcess {
        try bench.start(command, fault: fault, configuration: yaml)
    }

    /// Runs a command to its end.
    @discardableResult
    func run(
        _ command: [String], exits code: Int32 = 0, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let process = try start(command)
        let end = await process.end()
        let text = try process.text
        #expect(end == .exited(code), "\(text)", sourceLocation: sourceLocation)
        return text
    }

    func drain(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await run(["drain"], sourceLocation: sourceLocation)
    }
}

extension Workbench {
    /// How often each of these orders was entered.
    func effects(of orders: ClosedRange<Int>) -> [Int] {
        let counts = Dictionary(grouping: sandbox.effects(), by: { $0.data ?? "" })
        return orders.map { counts[#"{"order":\#($0)}"#]?.count ?? 0 }
    }
}
