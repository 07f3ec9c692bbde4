import Foundation
import Operation
import PlainText

/// The demo's temporary folder with the business database, the configuration and the processes' logs.
struct DemoStage {
    static let key = "sk_demo"

    let folder: URL
    /// The business database.
    let shop: any DemoShop

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "journey-outbox-demo-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        shop = try Engine.engine(for: folder.appendingPathComponent("shop.db").path).demoShop()
        try shop.create()
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

    /// Starts this program as another process, with its standard error in a file.
    func start(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["SPOTZEE_API_KEY": Self.key, "CREDENTIALS_DIRECTORY": ""]) { _, new in new }
        let log = folder.appendingPathComponent("\(arguments[0]).log")
        if !FileManager.default.fileExists(atPath: log.path) {
            guard FileManager.default.createFile(atPath: log.path, contents: nil) else {
                throw CommandFailure.general("cannot write to \(folder.path)")
            }
        }
        let handle = try FileHandle(forWritingTo: log)
        try handle.seekToEnd()
        process.standardError = handle
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// The last lines that a process has written.
    func log(_ command: String) throws -> String {
        let text = try String(contentsOf: folder.appendingPathComponent("\(command).log"), encoding: .utf8)
        return text.split(separator: "\n").suffix(20).joined(separator: "\n")
    }
}
