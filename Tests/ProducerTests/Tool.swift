import Foundation

/// A program of another language, which is run as its users run it.
enum Tool {
    struct Outcome: Sendable {
        let status: Int32
        let output: String
    }

    /// Runs a program from `PATH` and waits for its end. The output contains both of its streams.
    static func run(_ command: [String], in folder: URL? = nil) throws -> Outcome {
        // A file and no pipe: a program with much output would fill the pipe and wait without end.
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("output-\(UUID().uuidString)")
        try Data().write(to: file)
        defer { unlink(file.path) }
        let handle = try FileHandle(forWritingTo: file)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        process.waitUntilExit()
        try handle.close()
        return Outcome(
            status: process.terminationStatus, output: String(decoding: try Data(contentsOf: file), as: UTF8.self))
    }

    /// Whether a program is installed. Tests are skipped without it.
    static func works(_ command: String...) -> Bool {
        do {
            return try run(command).status == 0
        } catch {
            return false
        }
    }
}
