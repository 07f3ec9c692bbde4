import Foundation
import Testing

/// How many instructions the worker's own work takes, counted by valgrind: alike on a loaded machine and an idle one.
@Suite(.timeLimit(.minutes(5)))
struct InstructionTests {
    /// As counted with Swift 6.3 in a debug build and SQLite 3.40 on x86-64; written anew when they change on purpose.
    private static let instructionsPerBatch = 19_670_000
    private static let instructionsPerAnswer = 9_870_000
    /// Another compiler or another SQLite makes some difference; an algorithm that got worse makes more.
    private static let tolerance = 0.15

    private static let valgrind = "/usr/bin/valgrind"
    private static let strip = "/usr/bin/strip"
    private static let isHere = [valgrind, strip].allSatisfy(FileManager.default.isExecutableFile)

    @Test(.enabled(if: isHere, "valgrind or strip is not here"))
    func `claiming, freezing and settling a batch of 100 rows takes no more instructions than it did`() async throws {
        try await expect("batches", few: 2, many: 12, toTake: Self.instructionsPerBatch)
    }

    @Test(.enabled(if: isHere, "valgrind or strip is not here"))
    func `judging an answer takes no more instructions than it did`() async throws {
        try await expect("answers", few: 2, many: 12, toTake: Self.instructionsPerAnswer)
    }

    /// What one piece takes is the difference between two runs, so that start and end do not count.
    private func expect(_ piece: String, few: Int, many: Int, toTake known: Int) async throws {
        let counts = [try await Self.count(piece, few), try await Self.count(piece, many)]
        let each = (counts[1] - counts[0]) / (many - few)
        print("instructions for one of \(piece): \(each)")
        #expect(
            Double(each) <= Double(known) * (1 + Self.tolerance),
            "measure with `make bench`, then say why it is worth it")
    }

    private static func count(_ piece: String, _ times: Int) async throws -> Int {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("instructions-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
        let built = URL(fileURLWithPath: ChildProcess.program).deletingLastPathComponent()
            .appendingPathComponent("workload").path
        // Valgrind gives up on debug information that it does not know.
        let program = folder.appendingPathComponent("workload").path
        let strip = try ChildProcess(["-g", "-o", program, built], program: strip, in: folder)
        try #require(await strip.end() == .exited(0))
        let run = try ChildProcess(
            ["--tool=callgrind", "--callgrind-out-file=/dev/null", program, piece, String(times)], program: valgrind,
            environment: ["SWIFT_DETERMINISTIC_HASHING": "1", "TMPDIR": folder.path], in: folder)
        try #require(await run.end() == .exited(0))
        let line = try run.text.split(separator: "\n").last { $0.contains("Collected :") }
        return try #require(line?.split(separator: " ").last.flatMap { Int($0) })
    }
}
