import Delivery
import Foundation
import GRDB
import JourneyOutbox
import SQLiteStore
import Sandbox
import SpotzeeAPI
import Testing

/// A business database with an outbox, the sandbox over loopback, and a worker in this process.
struct Workbench: Sendable {
    static let users = Journey(name: "welcome", id: 33)
    static let entrance = Journey(name: "trial-ending", id: 41, entranceID: 42)

    let folder: URL
    let business: DatabaseQueue
    let sandbox: Sandbox
    var port: Int
    let clock = AdjustableClock()
    let events = EventRecorder()
    let keys = APIKeyRing(current: "sk_test_current")
    var journeys = [users, entrance]
    var policy = DeliveryPolicy(
        linger: .milliseconds(2), backoff: Backoff(initial: .milliseconds(5), max: .milliseconds(20)))
    var idempotency = WorkerConfiguration.Idempotency.auto
    var rate: [RateLimit] = []
    /// The interval at which the worker looks for commits without an event.
    var lookInterval = CommitWatch.slowInterval
    /// The port of a proxy in front of the sandbox.
    var front: Int?

    /// Creates a bench in a temporary folder, and removes it afterwards.
    static func open(
        journalMode: String = "wal", _ change: (inout SandboxConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (Workbench) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let business = try database(at: folder.appendingPathComponent("app.db"), journalMode: journalMode)
        var configuration = SandboxConfiguration(
            apiKeys: ["sk_test_current"],
            journeys: [SandboxJourney(id: 33), SandboxJourney(id: 41, entranceIDs: [42])], rate: [])
        change(&configuration)
        do {
            try await SandboxServer.serving(configuration) { port, sandbox in
                try await body(Workbench(folder: folder, business: business, sandbox: sandbox, port: port))
            }
        } catch {
            try FileManager.default.removeItem(at: folder)
            throw error
        }
        try FileManager.default.removeItem(at: folder)
    }

    static func database(at url: URL, journalMode: String = "wal") throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        let business = try DatabaseQueue(path: url.path, configuration: configuration)
        try business.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = \(journalMode)") }
        try Outbox.migrate(business)
        try business.write { try $0.execute(sql: "CREATE TABLE orders (id INTEGER PRIMARY KEY, intent_id INTEGER)") }
        return business
    }

    var path: String { folder.appendingPathComponent("app.db").path }
    var url: String { "http://127.0.0.1:\(front ?? port)/api/client" }

    // MARK: Producing

    /// Commits intents with their orders. Each has its number as data, which identifies its effect.
    @discardableResult
    func insert(
        _ count: Int, journey: Journey = users, named name: (Int) -> String = { "cust-\($0)" },
        changing change: (inout Intent) -> Void = { _ in }
    ) throws -> [Int64] {
        try business.write { db in
            let start = try Int.fetchOne(db, sql: "SELECT count(*) FROM orders") ?? 0
            return try (0..<count).map { offset in
                let number = start + offset
                var intent = Intent(
                    journey: journey.name, externalID: name(offset), data: JSONText(#"{"order":\#(number)}"#))
                change(&intent)
                let id = try #require(try Outbox.enqueue(intent, in: db))
                try db.execute(sql: "INSERT INTO orders (id, intent_id) VALUES (?, ?)", arguments: [number, id])
                return id
            }
        }
    }

    // MARK: Working

    var configuration: WorkerConfiguration {
        WorkerConfiguration(
            journeys: journeys, policy: policy, url: url, version: "2026-04-28", rate: rate, idempotency: idempotency)
    }

    /// Drains the outbox with a worker, as the command `drain` does.
    func drain(timeout: Duration = .seconds(30)) async throws -> DrainOutcome {
        try await employ { try await $0.run(draining: Worker.Drain(timeout: timeout)) }
    }

    /// Runs a worker while the body runs, and stops it afterwards. Returns the result of the body.
    @discardableResult
    func whileWorking<Value: Sendable>(
        _ body: @escaping @Sendable (Worker<AdjustableClock>) async throws -> Value
    ) async throws -> Value {
        try await employ { worker in
            try await withThrowingTaskGroup(of: Value?.self) { group in
                group.addTask {
                    // A worker that ends early also ends the test, which would otherwise wait.
                    guard try await worker.run() == .stopped else { throw CancellationError() }
                    return nil
                }
                group.addTask {
                    defer { worker.stop() }
                    return try await body(worker)
                }
                var value: Value?
                for try await ended in group { value = ended ?? value }
                guard let value else { throw CancellationError() }
                return value
            }
        }
    }

    private func employ<Value>(_ use: (Worker<AdjustableClock>) async throws -> Value) async throws -> Value {
        let sender = SpotzeeSender(keys: keys, connections: policy.connections, timeout: .seconds(10), agent: "test")
        let store = try SQLiteStore(path: path)
        let worker = Worker(
            configuration: configuration, store: store, sender: sender,
            commits: store.commits(lookingEvery: lookInterval), clock: clock, seed: 1,
            observe: events.note)
        do {
            let value = try await use(worker)
            try await sender.shutdown()
            return value
        } catch {
            try await sender.shutdown()
            throw error
        }
    }

    // MARK: Reading

    /// How many intents are in each state, delivered ones included.
    func states() throws -> [String: Int] {
        try business.read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT state, count(*) FROM (
                      SELECT state FROM outbox_intents UNION ALL SELECT state FROM outbox_history) GROUP BY state
                    """)
            return Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0[1]) })
        }
    }

    func query<Value: DatabaseValueConvertible & Sendable>(_ sql: String) throws -> Value? {
        try business.read { try Value.fetchOne($0, sql: sql) }
    }

    var triggers: Int { sandbox.requests().count { $0.method == "POST" } }

    func triggers(ofUsers count: Int) -> Int {
        sandbox.requests().count { $0.method == "POST" && $0.users == count }
    }
}

extension Workbench {
    /// Drains and expects everything to be delivered or dead. Reports what is left otherwise.
    func expectDrained(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let outcome = try await drain()
        guard outcome != .drained else { return }
        Issue.record("\(outcome)\n\(try diagnosis())", sourceLocation: sourceLocation)
    }

    /// A description of the open and waiting intents, the pauses, and the worker's last events.
    private func diagnosis() throws -> String {
        let rows = try business.read { db in
            try [
                "SELECT id, state, journey, size, attempt, possibly_executed_since, due_at, updated_at, answers FROM outbox_batch WHERE state <> 'settled'",
                "SELECT id, state, attempts, epoch, due_at, refused_alone, updated_at FROM outbox_waiting",
                "SELECT * FROM outbox_pause",
            ].flatMap { try Row.fetchAll(db, sql: $0).map(\.description) }
        }
        let last = events.events.suffix(12).map { String(describing: $0).prefix(400) }
        return (rows + ["now \(clock.now())"] + last.map(String.init)).joined(separator: "\n")
    }
}

extension Workbench {
    /// Runs the query after each commit until it has this value. The test's time limit bounds the wait.
    func untilQuery(_ sql: String, is value: Int) async throws {
        let (commits, commit) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let watch = try SQLiteStore(path: path).commits()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await watch.watch { commit.yield() } }
            defer { group.cancelAll() }
            for await _ in commits where try query(sql) == value { return }
            throw CancellationError()
        }
    }
}

extension Workbench {
    /// Waits until the worker is idle and has noticed every commit: it has not looked for longer than a look takes.
    func untilIdle() async throws {
        var looks = -1
        while events.looks != looks {
            looks = events.looks
            try await Task.sleep(for: .milliseconds(400))
        }
    }
}
