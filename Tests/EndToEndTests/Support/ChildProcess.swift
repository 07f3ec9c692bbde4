import Foundation
import Synchronization

/// The built program as a child process. A test can wait until it stops or ends, by waitpid(2).
final class ChildProcess: Sendable {
    enum Change: Equatable {
        case exited(Int32)
        case killed(Int32)
        case stopped
    }

    struct SpawnFailure: Error {
        let code: Int32
    }

    let pid: pid_t
    private let output: URL
    private let hasEnded = Mutex(false)

    /// Where the program was built: beside the test bundle.
    static var program: String { built("journey-outbox") }

    /// The path of a product of this package.
    static func built(_ name: String) -> String {
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        return bundle.appendingPathComponent(name).path
    }

    /// Starts a program, by default the built one, with its stdout and stderr in a file below `folder`.
    ///
    /// - Parameter fault: what happens to the worker that the program is, or that it starts.
    init(
        _ arguments: [String], program: String = ChildProcess.program, environment: [String: String] = [:],
        fault: ProcessFault? = nil, in folder: URL
    ) throws {
        let environment = try environment.merging(fault?.environment() ?? [:]) { _, new in new }
        output = folder.appendingPathComponent("output-\(UUID().uuidString)")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output.path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        let all = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }.map { "\($0)=\($1)" }
        var argv: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = all.map { strdup($0) } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        try Self.keepDescriptorsHome()
        var child: pid_t = 0
        let code = posix_spawn(&child, program, &actions, nil, &argv, &envp)
        guard code == 0 else { throw SpawnFailure(code: code) }
        pid = child
    }

    /// The child closes this process's sockets. Otherwise their peers would wait for them.
    private static func keepDescriptorsHome() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            guard let descriptor = Int32(name), descriptor > 2 else { continue }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
    }

    /// Kills a process that its test did not end.
    deinit {
        guard !hasEnded.withLock({ $0 }) else { return }
        kill(pid, SIGKILL)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
    }

    func send(_ signal: Int32) {
        kill(pid, signal)
    }

    /// Waits for the next change of the process's state, in a separate thread.
    func change() async -> Change {
        await withCheckedContinuation { continuation in
            let pid = pid
            Thread.detachNewThread {
                var status: Int32 = 0
                waitpid(pid, &status, WUNTRACED)
                continuation.resume(returning: Self.change(status))
            }
        }
    }

    /// Waits for the end.
    func end() async -> Change {
        while true {
            let change = await change()
            if change == .stopped { continue }
            hasEnded.withLock { $0 = true }
            return change
        }
    }

    /// wait(2)'s macros, which Swift does not import.
    private static func change(_ status: Int32) -> Change {
        if status & 0xFF == 0x7F { return .stopped }
        let signal = status & 0x7F
        return signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal)
    }

    var outputPath: String { output.path }

    var text: String {
        get throws { try String(contentsOf: output, encoding: .utf8) }
    }
}
