import Foundation

/// A program of another language, run as its users run it.
enum Tool {
    struct Outcome: Sendable {
        let status: Int32
        let output: String
    }

    /// Runs a program found in `PATH` to its end; both of its streams are in the output.
    static func run(_ command: [String], in folder: URL? = nil) throws -> Outcome {
        // A file rather than a pipe, which a program that says much would fill and wait on.
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

    /// Whether a program is at hand; what a test is skipped by.
    static func works(_ command: String...) -> Bool {
        do {
            return try run(command).status == 0
        } catch {
            return false
        }
    }
}
