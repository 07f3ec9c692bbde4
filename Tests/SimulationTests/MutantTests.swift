import Foundation
import Testing

/// Whether the mutants of Proof/Mutants can be woven; `make mutants` looks whether the simulation catches them.
struct MutantTests {
    private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../scripts/mutants").standardizedFileURL.path

    /// Runs a command, and returns what it printed and how it ended.
    private static func run(_ words: [String]) throws -> (text: String, status: Int32) {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (text, process.terminationStatus)
    }

    private static var hasPython: Bool {
        get throws { try run(["python3", "--version"]).status == 0 }
    }

    @Test(.enabled("python3 is not here") { try hasPython })
    func `each mutant applies to the sources, and is in the docs`() throws {
        let check = try Self.run([Self.script, "check"])
        #expect(check.status == 0, "\(check.text)")
    }

    @Test func `an answer to an earlier attempt changes nothing`() async throws {
        #expect(try await !LateSettlement().hasChangedTheBatch())
    }
}
