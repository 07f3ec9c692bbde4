import Foundation
import Testing

/// A malformed configuration file gives one clear error and exit 78, in bounded time and memory.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct HostileConfigurationTests {
    private static let sizeMax = 1 << 20
    /// The memory that a process may use, in KiB. Most of it is its code.
    private static let memoryMax = 600 << 10
    /// The CPU time that it may use, in seconds. It does not depend on other load of the machine.
    private static let secondsMax = 30

    struct HostileFile: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        /// What the error must contain, beside the position.
        let words: String

        init(_ name: String, _ text: String, _ words: String) {
            self.init(name, Array(text.utf8), words)
        }

        init(_ name: String, _ bytes: [UInt8], _ words: String) {
            (testDescription, self.bytes, self.words) = (name, bytes, words)
        }
    }

    private static func filled(_ piece: String, after head: String = "") -> String {
        head + String(repeating: piece, count: (sizeMax - head.utf8.count) / piece.utf8.count)
    }

    private static let bomb =
        "a: &a [x,x,x,x,x,x,x,x,x]\n"
        + zip("bcdefghij", "abcdefghi").map {
            "\($0): &\($0) [\(Array(repeating: "*\($1)", count: 9).joined(separator: ","))]"
        }
        .joined(separator: "\n")

    static let cases = [
        HostileFile("NUL", "database: /d\n\u{0}", "control characters are not allowed"),
        HostileFile("NUL in quotes", "database: \"/d\\0.db\"\n", "contains a NUL character"),
        HostileFile("ESC", "database: /d\n\u{1B}[31mx: 1\n", "control characters are not allowed"),
        HostileFile("C1", "database: /d\ndeployment: \"a\\x9bb\"\n", "contains a control character"),
        HostileFile("an escape in a key", "\"\\e[31m\\nforged\": 1\n", #"\u001b[31m\u000aforged: unknown key"#),
        HostileFile("bidirectional keys", "\u{202E}esabatad: /d\n", #"\u202eesabatad: unknown key"#),
        HostileFile("a line separator in a value", "retention: \"1\\u20287d\"\n", "is not a duration"),
        HostileFile("no UTF-8", [0x64, 0x3A, 0x20, 0xC3, 0x28, 0x0A], "is not UTF-8 text"),
        HostileFile("UTF-16", [0xFF, 0xFE, 0x64, 0x00, 0x3A, 0x00], "is not UTF-8 text"),
        HostileFile("all bytes", (0...255).map { UInt8($0) }, "is not UTF-8 text"),
        HostileFile("a giant number", "retention: \(String(repeating: "9", count: 500_000))d\n", "out of range"),
        HostileFile(
            "a giant number without a unit", "retention: \(String(repeating: "9", count: 500_000))\n", "has no unit"),
        HostileFile(
            "a giant whole number", "delivery: { batch_size: \(String(repeating: "9", count: 500_000)) }\n",
            "out of range"),
        HostileFile("a giant name", filled("x", after: "deployment: "), "is longer than 200 bytes"),
        HostileFile("a giant path", filled("x", after: "database: /"), "is longer than 4096 bytes"),
        HostileFile("a giant key", filled("k", after: "database: /d\n? "), "kkk…: unknown key"),
        HostileFile(
            "a giant URL", "api: { url: \"https://h/" + String(repeating: "x", count: 1_000_000) + "\" }",
            "is longer than 2048 bytes"),
        HostileFile("one byte too many", filled("#") + "##", "is longer than 1MiB"),
        HostileFile("deep lists", filled("["), "is nested too deeply"),
        HostileFile("deep mappings", filled("{a: "), "is nested too deeply"),
        HostileFile("deep dashes", filled("- "), "is nested too deeply"),
        HostileFile("deep questions", filled("? "), "is nested too deeply"),
        HostileFile(
            "deep and closed", String(repeating: "[", count: 500_000) + String(repeating: "]", count: 500_000),
            "is nested too deeply"),
        HostileFile(
            "deep by indentation", (0..<1200).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
            "is nested too deeply"),
        HostileFile("an alias bomb", bomb, "YAML aliases"),
        HostileFile("an alias of itself", "database: &a [*a]\n", "found undefined alias"),
        HostileFile("many anchors", filled("- &a a\n"), "is not a mapping"),
        HostileFile("many documents", filled("--- a\n"), "is not valid YAML"),
        HostileFile("many tags", filled("- !!str a\n"), "is not a mapping"),
        HostileFile("many keys twice", filled("a: 1\n"), "given twice"),
        HostileFile("many pairs of keys", (0..<40_000).map { "k\($0): 1\nk\($0): 2\n" }.joined(), "given twice"),
        HostileFile("many unknown keys", (0..<90_000).map { "k\($0): 1\n" }.joined(), "more; correct these first"),
        HostileFile(
            "many journeys", "journeys:\n" + (1...20_000).map { "  j\($0): { id: \($0) }\n" }.joined(),
            "has 20000 journeys; give at most 10000"),
        HostileFile("an endless quote", filled("x", after: "database: \""), "is not valid YAML"),
        HostileFile("percent signs", filled("%"), "is not valid YAML"),
    ]

    @Test(arguments: cases) func `a hostile file gives one clear error`(example: HostileFile) async throws {
        try await Self.withFolder { folder in
            let file = folder.appendingPathComponent("c.yaml")
            try Data(example.bytes).write(to: file)
            try await Self.expectRefusal(of: file.path, in: folder, saying: example.words)
        }
    }

    @Test func `a path that is no regular file, or a file that is too large, is refused as well`() async throws {
        try await Self.withFolder { folder in
            let pipe = folder.appendingPathComponent("pipe").path
            #expect(mkfifo(pipe, 0o600) == 0)
            let sparse = folder.appendingPathComponent("sparse").path
            #expect(FileManager.default.createFile(atPath: sparse, contents: nil))
            #expect(truncate(sparse, 1 << 40) == 0)
            let loop = folder.appendingPathComponent("loop").path
            #expect(symlink(loop, loop) == 0)
            for (path, words) in [
                (pipe, "is not a regular file"), ("/dev/zero", "is not a regular file"),
                (folder.path, "is not a regular file"),
                (sparse, "is longer than 1MiB"), (loop, "cannot be read"),
                (folder.path + "/absent", "there is no such file"),
                (ChildProcess.program, "is longer than 1MiB"), ("/bin/true", "is not UTF-8 text"),
            ] {
                try await Self.expectRefusal(of: path, in: folder, saying: words)
            }
        }
    }

    private static func withFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("hostile-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let result: Result<Void, any Error>
        do { result = .success(try await body(folder)) } catch { result = .failure(error) }
        try FileManager.default.removeItem(at: folder)
        try result.get()
    }

    private static func expectRefusal(of path: String, in folder: URL, saying words: String) async throws {
        let command = "ulimit -d \(memoryMax) && ulimit -t \(secondsMax) && exec \"$0\" status --config \"$1\""
        let process = try ChildProcess(["-c", command, ChildProcess.program, path], program: "/bin/sh", in: folder)
        let end = await process.end()
        let output = try Data(contentsOf: URL(fileURLWithPath: process.outputPath))
        let text = String(decoding: output, as: UTF8.self)
        #expect(end == .exited(78), "\(text.prefix(300))")
        #expect(text.hasPrefix("journey-outbox: \(path)") && text.contains(words), "\(text.prefix(300))")
        #expect(SteeringText.places(in: output).isEmpty)
        // There is one line for each problem, and each is short.
        let lines = text.split(separator: "\n")
        #expect(
            lines.count <= 101 && lines.allSatisfy { $0.utf8.count < 1000 }, "\(lines.map(\.utf8.count).max() ?? 0)")
    }
}
