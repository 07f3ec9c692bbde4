import Foundation
import GRDB

/// The machine and the versions that the results were measured with.
struct Machine: Encodable {
    var processor: String
    var processors: Int
    var memoryMiB: Int
    var kernel: String
    var fileSystem: String
    var sqlite: String
    var compiler: String
    var commit: String
    var pragmas: [String: String]
    var loadAverage: String
    var date: String

    init(folder: String, repository: String) throws {
        let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        processor =
            information.split(separator: "\n").first { $0.hasPrefix("model name") }
            .flatMap { $0.split(separator: ":").last }.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
        processors = ProcessInfo.processInfo.processorCount
        memoryMiB = Int(ProcessInfo.processInfo.physicalMemory >> 20)
        kernel = ProcessInfo.processInfo.operatingSystemVersionString + ", " + Self.output(of: "/bin/uname", ["-r"])
        fileSystem = Self.output(of: "/usr/bin/stat", ["-f", "-c", "%T", folder])
        sqlite = try DatabaseQueue().read { try String.fetchOne($0, sql: "SELECT sqlite_version()") } ?? ""
        compiler = Self.output(of: "/usr/bin/cc", ["--version"]).split(separator: "\n").first.map(String.init) ?? ""
        commit = Self.output(of: "/usr/bin/git", ["-C", repository, "describe", "--always", "--dirty"])
        pragmas = [
            "journal_mode": "WAL", "synchronous": "FULL", "wal_autocheckpoint": "0 (producers: 1000)",
            "temp_store": "MEMORY",
        ]
        loadAverage = Self.output(of: "/bin/cat", ["/proc/loadavg"])
        date = ISO8601DateFormatter().string(from: Date())
    }

    private static func output(of path: String, _ arguments: [String]) -> String {
        guard let usage = try? Subprocess(path, arguments, quiet: true).end() else { return "unknown" }
        return usage.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    var text: String {
        """
        machine      \(processors) × \(processor), \(memoryMiB) MiB; \(kernel); \(fileSystem); load \(loadAverage)
        versions     SQLite \(sqlite), \(compiler), journey-outbox \(commit); \(date)
        pragmas      \(pragmas.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", "))
        """
    }
}
