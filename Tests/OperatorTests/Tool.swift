import Foundation
import Testing

/// Runs another program from `PATH`.
enum Tool {
    struct ProgramResult: Sendable {
        let status: Int32
        let output: String
    }

    struct SpawnFailure: Error {
        let code: Int32
    }

    /// Runs a program to its end. The output contains both standard output and standard error.
    static func run(_ command: [String], in folder: URL? = nil) throws -> ProgramResult {
        // The output goes to a file. A program with much output would fill a pipe and wait.
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("output-\(UUID().uuidString)")
        let descriptor = open(file.path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer {
            close(descriptor)
            unlink(file.path)
        }
        let place = folder.map { ["-C", $0.path] } ?? []
        let pid = try spawn(place + command, input: nil, output: descriptor)
        let status = wait(for: pid)
        return ProgramResult(status: status, output: String(decoding: try Data(contentsOf: file), as: UTF8.self))
    }

    /// Whether a program is installed. Tests are skipped without it.
    static func works(_ command: String...) -> Bool {
        do {
            return try run(command).status == 0
        } catch {
            return false
        }
    }

    /// Starts a program through env(1), which accepts `-C FOLDER` first.
    static func spawn(_ command: [String], input: Int32?, output: Int32) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, output, 2)
        var argv: [UnsafeMutablePointer<CChar>?] = (["/usr/bin/env"] + command).map { strdup($0) } + [nil]
        defer { argv.forEach { free($0) } }
        var child: pid_t = 0
        let code = posix_spawn(&child, "/usr/bin/env", &actions, nil, &argv, environ)
        guard code == 0 else { throw SpawnFailure(code: code) }
        return child
    }

    /// The exit status, or −1 when a signal ended the program.
    static func wait(for pid: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : -1
    }
}
