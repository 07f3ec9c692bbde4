import AsyncHTTPClient
import Audit
import Foundation
import GRDB
import JourneyOutbox
import NIOCore
import NIOHTTP1

/// A business database, the sandbox and the worker as separate processes, and a folder with everything that they write.
final class ProcessBench {
    static let secret = "sk_test_canarysecret"
    static let payload = "canarypayload"
    static let contact = "canarycontact"
    /// The command, because its library alone changes the environment, by which the program finds its arguments.
    static let fakeTime = "/usr/bin/faketime"
    static let journeys = ["welcome": 33, "trial-ending": 41]

    let folder: URL
    let business: DatabaseQueue
    let sandbox: ChildProcess
    private let port: Int
    /// The configuration of `api` and `delivery`.
    private let settings: String

    private init(folder: URL, business: DatabaseQueue, sandbox: ChildProcess, port: Int, settings: String) {
        self.folder = folder
        self.business = business
        self.sandbox = sandbox
        self.port = port
        self.settings = settings
    }

    static func open(
        journalMode: String, rate: String, batchSize: Int, _ body: (ProcessBench) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let business = try database(at: folder.appendingPathComponent("app.db").path, journalMode: journalMode)
        let arguments = ["sandbox", "--port", "0", "--key", secret, "--log", folder.path + "/effects.jsonl"]
        let sandbox = try ChildProcess(arguments + ["--journey", "33", "--journey", "41"], in: folder)
        let port = try await listening(sandbox)
        let settings = """
            api: { url: "http://127.0.0.1:\(port)/api/client", rate: \(rate) }
            delivery:
              batch_size: \(batchSize)
              connections: 4
              request_timeout: 1s
              backoff: { initial: 10ms, max: 100ms }
            """
        let bench = ProcessBench(folder: folder, business: business, sandbox: sandbox, port: port, settings: settings)
        let result: Result<Void, any Error>
        do { result = .success(try await body(bench)) } catch { result = .failure(error) }
        sandbox.send(SIGKILL)
        _ = await sandbox.end()
        try business.close()
        try FileManager.default.removeItem(at: folder)
        try result.get()
    }

    static func database(at path: String, journalMode: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(30)
        let business = try DatabaseQueue(path: path, configuration: configuration)
        try business.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = \(journalMode)") }
        try Outbox.migrate(business)
        try business.write { db in
            try db.execute(
                sql: """
                    CREATE TABLE orders (
                      id INTEGER PRIMARY KEY, intent_id INTEGER, journey TEXT, customer TEXT, lane TEXT);
                    CREATE TABLE cancellations (intent_id INTEGER PRIMARY KEY);
                    """)
            try TransitionRecorder.install(in: db)
        }
        return business
    }

    private static func listening(_ sandbox: ChildProcess) async throws -> Int {
        for _ in 0..<3000 {
            if let port = try sandbox.text.firstMatch(of: /127\.0\.0\.1:([0-9]+)/).flatMap({ Int($0.1) }) {
                return port
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw CancellationError()
    }

    var path: String { folder.appendingPathComponent("app.db").path }
    var logPath: String { folder.appendingPathComponent("effects.jsonl").path }

    // MARK: Processes

    /// Starts the program on this database.
    ///
    /// - Parameter clock: the offset that faketime(1) adds to the process's time, such as `+25h`.
    func start(_ command: [String], fault: ProcessFault? = nil, clock: String? = nil) throws -> ChildProcess {
        let file = folder.appendingPathComponent("config.yaml")
        if !FileManager.default.fileExists(atPath: file.path) {
            try """
            database: \(path)
            state_dir: \(folder.path)/state
            journeys:
              welcome: { id: 33 }
              trial-ending: { id: 41, entrance_id: 42 }
            \(settings)
            """.write(to: file, atomically: true, encoding: .utf8)
        }
        let words = command + ["--config", file.path]
        return try ChildProcess(
            clock.map { ["-f", $0, ChildProcess.program] + words } ?? words,
            program: clock == nil ? ChildProcess.program : Self.fakeTime,
            environment: ["SPOTZEE_API_KEY": Self.secret], fault: fault, in: folder)
    }

    func killChild(of wrapper: ChildProcess) async throws {
        for _ in 0..<2000 {
            let children = try String(
                contentsOfFile: "/proc/\(wrapper.pid)/task/\(wrapper.pid)/children", encoding: .utf8)
            if let child = children.split(separator: " ").first.flatMap({ pid_t($0) }) {
                kill(child, SIGKILL)
                return
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw CancellationError()
    }

    /// Runs a command to its end, and returns its exit code and output.
    func run(_ command: [String]) async throws -> (end: ChildProcess.Change, text: String) {
        let process = try start(command)
        return (await process.end(), try process.text)
    }

    // MARK: The sandbox's settings

    func put(_ path: String, _ body: String) async throws {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/sandbox/\(path)")
        request.method = .PUT
        request.body = .bytes(ByteBuffer(string: body))
        let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        guard answer.status == .ok else { throw SettingRefused(path: path) }
    }

    struct SettingRefused: Error {
        let path: String
    }

    static func get(_ url: String) async throws -> String {
        let answer = try await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(30))
        return String(buffer: try await answer.body.collect(upTo: 1 << 20))
    }
}
