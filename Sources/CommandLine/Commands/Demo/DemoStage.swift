import Foundation
import GRDB
import JourneyOutbox
import PlainText

/// The demo's temporary folder: a business database with an outbox, a configuration, and the processes' way to both.
struct DemoStage {
    static let key = "sk_demo"

    let folder: URL
    private let shop: DatabaseQueue

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "journey-outbox-demo-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var configuration = GRDB.Configuration()
        configuration.busyMode = .timeout(10)
        shop = try DatabaseQueue(path: folder.appendingPathComponent("shop.db").path, configuration: configuration)
        try shop.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
        try Outbox.migrate(shop)
        try shop.write { db in
            try db.execute(
                sql: """
                    CREATE TABLE orders (
                      id INTEGER PRIMARY KEY, customer TEXT NOT NULL, total TEXT NOT NULL, intent_id INTEGER NOT NULL)
                    """)
        }
    }

    var database: String { folder.appendingPathComponent("shop.db").path }
    var configuration: String { folder.appendingPathComponent("journey-outbox.yaml").path }

    func clear() {
        do {
            try FileManager.default.removeItem(at: folder)
        } catch {
            Output.error("journey-outbox: could not remove \(folder.path): \(error)")
        }
    }

    func writeConfiguration(port: Int) throws {
        try """
        database: \(database)
        state_dir: \(folder.appendingPathComponent("state").path)
        api:
          url: http://127.0.0.1:\(port)/api/client
          rate: unlimited
        journeys:
          order-placed: { id: 33 }
          big-order: { id: 41, entrance_id: 42 }
        delivery:
          backoff: { initial: 200ms, max: 2s }
        """.write(toFile: configuration, atomically: true, encoding: .utf8)
    }

    /// This program again, as a process of its own; what it says goes to a file unless it fails.
    func start(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["SPOTZEE_API_KEY": Self.key, "CREDENTIALS_DIRECTORY": ""]) { _, new in new }
        let log = folder.appendingPathComponent("\(arguments[0]).log")
        if !FileManager.default.fileExists(atPath: log.path) {
            guard FileManager.default.createFile(atPath: log.path, contents: nil) else {
                throw Failure.general("cannot write to \(folder.path)")
            }
        }
        let handle = try FileHandle(forWritingTo: log)
        try handle.seekToEnd()
        process.standardError = handle
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// The last lines that a process has said.
    func log(_ command: String) throws -> String {
        let text = try String(contentsOf: folder.appendingPathComponent("\(command).log"), encoding: .utf8)
        return text.split(separator: "\n").suffix(20).joined(separator: "\n")
    }

    /// How many orders are committed, and how many intents have not ended.
    struct Standing {
        var orders = 0
        var unfinished = 0
    }

    func standing() throws -> Standing {
        try shop.read { db in
            Standing(
                orders: try Int.fetchOne(db, sql: "SELECT count(*) FROM orders") ?? 0,
                unfinished: try Int.fetchOne(
                    db, sql: "SELECT count(*) FROM outbox_intents WHERE state NOT IN ('dead', 'cancelled')") ?? 0)
        }
    }

    /// Every committed intent and the state it ended in, as any client would read it.
    func endings() throws -> [Int64: String] {
        try shop.read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT intent_id, coalesce(history.state, intents.state, 'lost') FROM orders
                    LEFT JOIN (SELECT id, state FROM outbox_history) AS history ON history.id = intent_id
                    LEFT JOIN (SELECT id, state FROM outbox_intents) AS intents ON intents.id = intent_id
                    """)
            return Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0[1]) })
        }
    }

    func deadCodes() throws -> [(String, Int)] {
        try shop.read { db in
            try Row.fetchAll(db, sql: "SELECT code, count(*) FROM outbox_dead GROUP BY code ORDER BY 2 DESC")
                .map { ($0[0], $0[1]) }
        }
    }
}
