import Foundation
import Testing

/// The number of instructions of the worker's work, counted by valgrind. It does not depend on the load of the machine.
@Suite(.timeLimit(.minutes(5)))
struct InstructionTests {
    /// Counted with Swift 6.3 in a debug build and SQLite 3.40 on x86-64. Update them after an intended change.
    private static let instructionsPerBatch = 19_670_000
    private static let instructionsPerAnswer = 9_870_000
    /// Another compiler or another SQLite changes the count less than a worse algorithm does.
    private static let tolerance = 0.15

    private static let valgrind = "/usr/bin/valgrind"
    private static let strip = "/usr/bin/strip"
    private static let isHere = [valgrind, strip].allSatisfy(FileManager.default.isExecutableFile)

    @Test(.enabled(if: isHere, "valgrind or strip is not here"))
    func `claiming, freezing and settling a batch of 100 rows takes no more instructions than recorded`() async throws {
        try await expect("batches", few: 2, many: 12, toTake: Self.instructionsPerBatch)
    }

    @Test(.enabled(if: isHere, "valgrind or strip is not here"))
    func `judging an answer takes no more instructions than recorded`() async throws {
        try await expect("answers", few: 2, many: 12, toTake: Self.instructionsPerAnswer)
    }

    /// The count of one piece is the difference between two runs, so that start and end do not count.
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
        // Valgrind fails on debug information that it does not know.
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
