import Foundation
import Testing

/// Whether a release is free of what is planted for the proof: by the compiler itself, on the worker's own question.
struct ReleaseTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../..").standardizedFileURL
    private static let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appendingPathComponent("journey-outbox").path
    private static let canCompile = run("swiftc", "--version") == 0

    /// A bug in the module that asks, and one in a module above it.
    private static let callers = [
        "below": """
        package func below(_ number: Int) -> Int {
            if planted(.rotatedKey) { print("a bug below") }
            return number + 1
        }
        """,
        "above": """
        import Below
        @main struct Above {
            static func main() {
                if planted(.newKeyOnRetry) { print("a bug above") }
                print(below(CommandLine.arguments.count))
            }
        }
        """,
    ]

    private static func run(_ words: String...) -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { return -1 }
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// Compiles both modules, and returns what their objects hold.
    private static func objects(_ flags: String) throws -> Data {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("release-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
        for (name, text) in callers {
            try text.write(to: folder.appendingPathComponent("\(name).swift"), atomically: true, encoding: .utf8)
        }
        let made = run(
            "sh", "-ec",
            """
            cd "$1"
            compile="swiftc $3 -swift-version 6 -wmo -parse-as-library -package-name proof -I ."
            $compile -module-name Below -emit-module -c "$2"/PlantedBug*.swift below.swift -o below.o
            $compile -module-name Above -c above.swift -o above.o
            """, "sh", folder.path, root.appendingPathComponent("Sources/Delivery/Planted").path, flags)
        #expect(made == 0, "it does not compile with \(flags)")
        return try ["below.o", "above.o"].reduce(into: Data()) {
            try $0.append(Data(contentsOf: folder.appendingPathComponent($1)))
        }
    }

    @Test(.enabled(if: canCompile, "swiftc is not in PATH"), arguments: [("-O", false), ("-Onone -D DEBUG", true)])
    func `what a planted bug would do is left out of a release, in other modules too`(
        flags: String, isThere: Bool
    ) throws {
        let objects = try Self.objects(flags)
        for text in ["a bug below", "a bug above", "sent again under a new key"] {
            #expect((objects.range(of: Data(text.utf8)) != nil) == isThere, "\(text)")
        }
    }

    @Test func `the check of a release finds what is planted in a debug build`() {
        let script = Self.root.appendingPathComponent("scripts/check-release").path
        #if DEBUG
            #expect(Self.run(script, Self.program) == 1)
        #endif
        #expect(Self.run(script, "/bin/sh") == 0)
        #expect(Self.run(script, "/nonexistent") == 1)
    }
}
