import Foundation

/// A program that runs as a child process, and the resources that it used.
final class Subprocess {
    struct SubprocessFailure: Error, CustomStringConvertible {
        let description: String
    }

    /// The resources that the kernel counted for a process that has ended. Times are in seconds.
    struct ResourceUsage {
        var seconds = 0.0
        var cpu = 0.0
        var residentBytesMax = 0
        var output = ""
    }

    let pid: pid_t
    private let begun = ContinuousClock.now
    private let reader: FileHandle
    private let name: String

    /// Starts the program with its standard output in a pipe.
    ///
    /// - Throws: `SubprocessFailure` when the program cannot be started.
    init(_ path: String, _ arguments: [String], environment: [String: String] = [:], quiet: Bool = false) throws {
        name = ([path] + arguments).joined(separator: " ")
        let pipe = Pipe()
        reader = pipe.fileHandleForReading
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, pipe.fileHandleForWriting.fileDescriptor, 1)
        posix_spawn_file_actions_addclose(&actions, reader.fileDescriptor)
        if quiet { posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0) }
        var all = ProcessInfo.processInfo.environment
        all.merge(environment) { $1 }
        let words = ([path] + arguments).map { strdup($0) } + [nil]
        let variables = all.map { strdup("\($0)=\($1)") } + [nil]
        defer { (words + variables).forEach { free($0) } }
        var pid = pid_t()
        let code = posix_spawn(&pid, path, &actions, nil, words, variables)
        guard code == 0 else { throw SubprocessFailure(description: "\(name): \(String(cString: strerror(code)))") }
        self.pid = pid
        try pipe.fileHandleForWriting.close()
    }

    /// Reads the next line of output while the program runs.
    func line() -> String {
        var text = Data()
        while let byte = try? reader.read(upToCount: 1), !byte.isEmpty, byte[0] != UInt8(ascii: "\n") { text += byte }
        return String(decoding: text, as: UTF8.self)
    }

    func send(_ signal: Int32) { kill(pid, signal) }

    /// Waits for the end of the program.
    ///
    /// - Throws: `SubprocessFailure` when the exit status or the signal is not the expected one.
    @discardableResult
    func end(expecting expected: Int32 = 0, signalled: Int32? = nil) throws -> ResourceUsage {
        let output = String(decoding: try reader.readToEnd() ?? Data(), as: UTF8.self)
        var status: Int32 = 0
        var usage = rusage()
        guard wait4(pid, &status, 0, &usage) == pid else { throw SubprocessFailure(description: "\(name): lost") }
        let seconds = (ContinuousClock.now - begun).inSeconds
        let isFine = signalled.map { status & 0x7f == $0 } ?? (status == expected << 8)
        guard isFine else { throw SubprocessFailure(description: "\(name): ended with status \(status)\n\(output)") }
        return ResourceUsage(
            seconds: seconds, cpu: usage.ru_utime.seconds + usage.ru_stime.seconds,
            residentBytesMax: usage.ru_maxrss * 1024, output: output)
    }

    /// Runs the program to its end and reads the one JSON object it prints.
    static func figures(_ path: String, _ arguments: [String]) throws -> (
        figures: [String: Double], usage: ResourceUsage
    ) {
        let usage = try Subprocess(path, arguments).end()
        return (try read(usage.output), usage)
    }

    /// The numbers of the last line that is a JSON object.
    static func read(_ output: String) throws -> [String: Double] {
        guard let line = output.split(separator: "\n").last(where: { $0.hasPrefix("{") }) else {
            throw SubprocessFailure(description: "no figures in: \(output)")
        }
        return try JSONDecoder().decode([String: Double].self, from: Data(line.utf8))
    }
}

extension timeval {
    var seconds: Double { Double(tv_sec) + Double(tv_usec) * 1e-6 }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
