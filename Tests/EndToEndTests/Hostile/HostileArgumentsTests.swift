import Foundation
import GRDB
import Testing

/// An error that repeats an invalid command line contains no terminal control.
@Suite struct HostileArgumentsTests {
    private static let seed = ProcessInfo.processInfo.environment["HOSTILE_SEED"].flatMap(UInt64.init) ?? 1

    /// The position of the word, and the expected exit code.
    private static let forms: [(code: Int32, arguments: @Sendable (String) -> [String])] = [
        (64, { ["why", $0] }), (64, { [$0] }), (64, { ["--\($0)"] }), (64, { ["-\($0)"] }), (64, { ["status", $0] }),
        (64, { ["status", "--\($0)"] }), (64, { ["status", "-x\($0)"] }), (64, { ["intents", $0] }),
        (64, { ["intents", "list", "--state", $0] }), (64, { ["intents", "list", "--limit=\($0)"] }),
        (64, { ["status", "--interval", $0] }), (64, { ["resolve", $0, "--delivered"] }),
        (64, { ["batches", "list", "--state", $0] }), (64, { ["enqueue", "x", "--scheduled-at", $0] }),
        (64, { ["run", "--http", $0] }), (64, { ["run", "--log-format", $0] }), (64, { ["status", "--watch=\($0)"] }),
        (64, { ["pause", "a", $0] }), (64, { ["--generate-completion-script", $0] }),
        (64, { ["demo", "--orders", $0] }),
        (78, { ["status", "--database", $0] }), (78, { ["status", "--config", $0] }), (0, { ["help", $0] }),
        (0, { ["status", $0, "--help"] }),
    ]

    @Test(arguments: forms.indices)
    func `an argument in an error message adds no terminal control and no line`(form: Int) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("arguments-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
        var words = HostileWords(seed: Self.seed &+ UInt64(form))
        for _ in 0..<4 {
            let arguments = Self.forms[form].arguments(words.text())
            let process = try ChildProcess(arguments, in: folder)
            #expect(await process.end() == .exited(Self.forms[form].code), "\(arguments)")
            let output = try Data(contentsOf: URL(fileURLWithPath: process.outputPath))
            let wrong = SteeringText.places(in: output)
            #expect(wrong.isEmpty && !output.isEmpty, "\(arguments.map(\.debugDescription)): \(wrong)")
        }
    }

    @Test func `the error still shows the input and the usage of the command`() async throws {
        let folder = FileManager.default.temporaryDirectory
        let process = try ChildProcess(["why", "\u{1B}[31m\nforged"], in: folder)
        #expect(await process.end() == .exited(64))
        let text = try process.text
        #expect(text.contains(#"'\u001b[31m\u000aforged'"#) && text.contains("\nUsage: journey-outbox why "), "\(text)")
    }

    @Test(arguments: [
        ["HOME"], ["STATE_DIRECTORY"], ["XDG_STATE_HOME"], ["CREDENTIALS_DIRECTORY"], ["SPOTZEE_API_KEY"],
        ["NOTIFY_SOCKET"], ["JOURNAL_STREAM"], ["HOME", "STATE_DIRECTORY", "SPOTZEE_API_KEY", "WATCHDOG_USEC"],
    ])
    func `a variable or folder name in an error message adds no terminal control and no line`(
        names: [String]
    ) async throws {
        var words = HostileWords(seed: Self.seed &+ UInt64(names.count))
        let top = FileManager.default.temporaryDirectory.appendingPathComponent("variables-\(UUID().uuidString)")
        let folder = top.appendingPathComponent(words.text())
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: top) } }
        var variables = [
            "SPOTZEE_API_KEY": "", "CREDENTIALS_DIRECTORY": "", "STATE_DIRECTORY": "", "XDG_STATE_HOME": "",
        ]
        for name in names { variables[name] = top.path + "/" + words.text() }
        let database = folder.appendingPathComponent("app.db")
        try Workbench.database(at: database).close()
        // The command runs once without a configuration and once with one.
        for configuration in ["", "database: app.db\n", "database: app.db\njourneys: { w: { id: 1 } }\n"] {
            let file = folder.appendingPathComponent("journey-outbox.yaml")
            if !configuration.isEmpty { try configuration.write(to: file, atomically: true, encoding: .utf8) }
            for command in [
                ["status"], ["doctor"], ["drain", "--timeout", "1s"], ["journeys"], ["adopt"], ["migrate"],
            ] {
                let process = try ChildProcess(
                    ["-C", folder.path, ChildProcess.program] + command, program: "/usr/bin/env",
                    environment: variables, in: top)
                let end = await process.end()
                if case .exited = end {} else { Issue.record("\(command): \(end)") }
                let output = try Data(contentsOf: URL(fileURLWithPath: process.outputPath))
                let wrong = SteeringText.places(in: output)
                #expect(wrong.isEmpty && !output.isEmpty, "\(command): \(wrong)")
            }
        }
    }

    @Test func `an argument that is not UTF-8 is shown without its raw bytes`() async throws {
        let script = #"exec "$0" why "$(printf '\377\233\303(x')""#
        let process = try ChildProcess(
            ["-c", script, ChildProcess.program], program: "/bin/sh", in: FileManager.default.temporaryDirectory)
        #expect(await process.end() == .exited(64))
        #expect(SteeringText.places(in: try Data(contentsOf: URL(fileURLWithPath: process.outputPath))).isEmpty)
    }
}
