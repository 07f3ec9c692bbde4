import Foundation
import GRDB
import Testing

/// A real terminal receives no control sequences except the program's colours.
@Suite(.timeLimit(.minutes(5)))
struct HostileTerminalTests {
    /// Runs a program on a pseudoterminal of the given width until it ends, or interrupts it after it has cleared the
    /// screen a number of times. Records what the terminal received.
    private static let terminal = """
        import fcntl, os, pty, signal, struct, sys, termios
        output, columns, clears, command = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
        child, terminal = pty.fork()
        if child == 0:
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
            os.environ.update(TERM="xterm")
            os.environ.pop("NO_COLOR", None)
            os.execv(command[0], command)
        seen = b""
        while True:
            try:
                part = os.read(terminal, 65536)
            except OSError:
                break
            if not part:
                break
            seen += part
            if clears and seen.count(b"\\x1b[2J") >= clears:
                os.kill(child, signal.SIGINT)
        open(output, "wb").write(seen)
        _, status = os.waitpid(child, 0)
        sys.exit(0 if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))
        """

    @Test(.enabled(if: Producers.python, "python3 is not installed"), arguments: [30, 80, 400])
    func `a terminal receives the program's colours and no control sequence of a row`(columns: Int) async throws {
        try await Workbench.open { bench in
            try Self.fill(bench, seed: UInt64(columns))
            let dead: Int64? = try bench.query("SELECT min(id) FROM outbox_dead")
            let shown = ["\(dead ?? 0)"]
            for command in [
                ["status"], ["dead-letters", "list"], ["dead-letters", "show"] + shown, ["intents", "list"],
                ["why"] + shown, ["doctor"], ["batches", "list"],
            ] {
                let seen = try await Self.show(command, on: columns, bench)
                let wrong = SteeringText.places(in: seen, onTerminal: true)
                #expect(wrong.isEmpty && !seen.isEmpty, "\(command): \(wrong)")
            }
            #expect(try await Self.show(["status"], on: columns, bench).contains("\u{1B}[31m"))
            let watched = try await Self.show(
                ["status", "--watch", "--interval", "100ms"], on: columns, bench, clears: 3)
            let wrong = SteeringText.places(in: watched, onTerminal: true)
            #expect(wrong.isEmpty, "\(wrong)")
            #expect(watched.contains("\u{1B}[31m") && watched.contains("\u{1B}[H\u{1B}[2Jworker: "))
        }
    }

    /// Rows with hostile texts: pending, dead, and paused with a hostile reason.
    private static func fill(_ bench: Workbench, seed: UInt64) throws {
        var words = HostileWords(seed: seed)
        let texts = (0..<40).map { _ in words.text() }
        try bench.business.write { db in
            for (place, text) in texts.enumerated() {
                try db.execute(
                    sql: "INSERT INTO outbox (journey, external_id, data) VALUES (?, ?, json_object('a', ?))",
                    arguments: [texts[place / 8], text, text])
            }
            for (place, text) in texts.enumerated() {
                try db.execute(
                    sql: """
                        INSERT INTO outbox_dead (id, journey, external_id, email, data, created_at, state, attempts, epoch,
                          code, message, request_id, updated_at) VALUES (?, ?, ?, ?, ?, 1, 'dead', 1, 0, ?, ?, ?, 2)
                        """,
                    arguments: [1000 + place, texts[place / 8], text, text, text, text, text, text])
            }
            try db.execute(
                sql: "INSERT INTO outbox_pause VALUES (?, ?, ?, ?, 1, NULL, 0)",
                arguments: [texts[0], texts[1], texts[2], texts[3]])
        }
    }

    private static func show(
        _ command: [String], on columns: Int, _ bench: Workbench, clears: Int = 0
    ) async throws -> Data {
        let output = bench.folder.appendingPathComponent("terminal-\(UUID().uuidString)")
        let words = ["-c", terminal, output.path, "\(columns)", "\(clears)", ChildProcess.program] + command
        let file = bench.folder.appendingPathComponent("terminal.yaml")
        try bench.yaml.write(to: file, atomically: true, encoding: .utf8)
        let process = try ChildProcess(
            ["python3"] + words + ["--config", file.path], program: "/usr/bin/env",
            environment: ["SPOTZEE_API_KEY": Workbench.secret], in: bench.folder)
        let end = await process.end()
        let said = try process.text
        #expect(end == .exited(0) || command == ["doctor"], "\(command): \(end) \(said)")
        return try Data(contentsOf: output)
    }
}

extension Data {
    fileprivate func contains(_ text: String) -> Bool { range(of: Data(text.utf8)) != nil }
}
