import Foundation

@testable import SQLiteStore

extension Workbench {
    static let secret = "sk_test_current"

    /// Starts the program on this bench's database and sandbox.
    func start(
        _ command: [String], fault: ProcessFault? = nil, configuration: String? = nil,
        environment: [String: String] = [:]
    ) throws -> ChildProcess {
        let file = folder.appendingPathComponent("config-\(UUID().uuidString).yaml")
        try (configuration ?? yaml).write(to: file, atomically: true, encoding: .utf8)
        return try start(command, file: file, fault: fault, environment: environment)
    }

    func start(
        _ command: [String], file: URL, fault: ProcessFault? = nil, environment: [String: String] = [:]
    ) throws -> ChildProcess {
        try ChildProcess(
            command + ["--config", file.path],
            environment: ["SPOTZEE_API_KEY": Self.secret].merging(environment) { _, new in new }, fault: fault,
            in: folder)
    }

    var yaml: String {
        """
        database: \(path)
        state_dir: \(folder.path)/state
        api: { url: "\(url)", rate: unlimited }
        journeys:
          welcome: { id: 33 }
          trial-ending: { id: 41, entrance_id: 42 }
        delivery:
          backoff: { initial: 10ms, max: 50ms }
        """
    }

    /// Polls a condition that no event reports. The test's time limit bounds the wait.
    func untilTrue(_ isTrue: () throws -> Bool) async throws {
        while try !isTrue() { try await Task.sleep(for: .milliseconds(5)) }
    }

    /// Waits until the output of the process contains a text. It is checked at each write to the output file.
    func untilOutput(of process: ChildProcess, contains text: String) async throws {
        let files = try FileEvents(database: process.outputPath)
        defer { files.stop() }
        if try process.text.contains(text) { return }
        for await _ in files.events where try process.text.contains(text) { return }
        throw CancellationError()
    }
}
