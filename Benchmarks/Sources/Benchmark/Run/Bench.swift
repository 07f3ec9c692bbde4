import ArgumentParser
import Foundation

/// The environment of all measurements: the folder of the databases, the compiled floor, the programs, and the scale.
final class Bench {
    let folder: String
    let repository: String
    let scale: Scale
    let rounds: Int
    private(set) var results: [BenchmarkResult] = []
    private let measured: (BenchmarkResult) -> Void
    private var number = 0

    init(
        folder: String, repository: String, scale: Scale, rounds: Int?, measured: @escaping (BenchmarkResult) -> Void
    ) throws {
        // The program resolves a relative path against the folder of its configuration.
        self.folder = URL(fileURLWithPath: folder).path
        self.repository = repository
        self.scale = scale
        self.rounds = rounds ?? scale.rounds
        self.measured = measured
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try compileFloor()
    }

    func report(_ result: BenchmarkResult) {
        results.append(result)
        measured(result)
    }

    // MARK: Programs

    var floor: String { "\(folder)/floor" }
    var server: String { "\(folder)/nullserver" }
    /// The path of this program, which some measurements run as a separate process.
    var itself: String { CommandLine.arguments[0].contains("/") ? CommandLine.arguments[0] : "/proc/self/exe" }
    var product: String { URL(fileURLWithPath: itself).deletingLastPathComponent().path + "/journey-outbox" }

    private func compileFloor() throws {
        let source = "\(repository)/Benchmarks/Floor"
        let parts = ["floor", "fill", "batch", "drain", "http", "produce", "wake"].map { "\(source)/\($0).c" }
        try Subprocess("/usr/bin/cc", ["-O2", "-o", floor] + parts + ["-lsqlite3"]).end()
        try Subprocess("/usr/bin/cc", ["-O2", "-o", server, "\(source)/nullserver.c"]).end()
    }

    /// Starts the null server on a free port.
    func startServer() throws -> (process: Subprocess, port: Int) {
        let process = try Subprocess(server, ["0"])
        return (process, Int(try Subprocess.read(process.line())["port"] ?? 0))
    }

    // MARK: Databases

    /// Returns a new copy of a database with `rows` rows. The original is created at the first call.
    func database(rows: Int, scenario: String = "even", journeys: Int = 10) throws -> String {
        let template = "\(folder)/template-\(scenario)-\(rows)-\(journeys).db"
        if !FileManager.default.fileExists(atPath: template) {
            let making = template + ".making"
            remove(making)
            try Subprocess(
                floor,
                [
                    "fill", "db=\(making)", "rows=\(rows)", "scenario=\(scenario)", "journeys=\(journeys)",
                    "migrations=\(repository)/migrations",
                ]
            ).end()
            remove(template)
            rename(making, template)
        }
        number += 1
        let copy = "\(folder)/work-\(number).db"
        remove(copy)
        try Subprocess("/bin/cp", ["--reflink=auto", template, copy]).end()
        // The copy is written to the disk now, and not during the measurement.
        try Subprocess("/bin/sync", ["-f", copy]).end()
        return copy
    }

    func remove(_ database: String) {
        for suffix in ["", "-wal", "-shm", "-outbox-lock", ".yaml"] { unlink(database + suffix) }
    }

    func forgetTemplates() {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        where name.hasPrefix("template-") || name.hasPrefix("work-") || name.hasPrefix("state-") {
            try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
    }

    /// Writes a configuration for the program with all features enabled, and returns its path.
    func configuration(
        _ database: String, port: Int, connections: Int = 16, linger: String = "20ms", rate: String = "unlimited",
        journeys: Int = 10, entrance: Bool = false
    ) throws -> String {
        let state = "\(folder)/state-\(number)"
        try? FileManager.default.removeItem(atPath: state)
        let names = (0..<journeys).map {
            "  journey-\($0): { id: \(33 + $0)\(entrance ? ", entrance_id: 42" : "") }"
        }
        let text = """
            database: \(database)
            state_dir: \(state)
            api:
              url: http://127.0.0.1:\(port)/api/client
              idempotency: enforced
              rate: \(rate)
            journeys:
            \(names.joined(separator: "\n"))
            delivery: { connections: \(connections), linger: \(linger) }
            """
        let path = "\(database).yaml"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// The environment variables of the program.
    static let environment = ["SPOTZEE_API_KEY": "sk_benchmark"]
}

/// The amount of work of the measurements.
enum Scale: String, CaseIterable, ExpressibleByArgument {
    /// A few minutes.
    case quick
    /// Backlogs of a million rows.
    case normal
    /// Backlogs of ten million rows; 20 GB of disk and an hour.
    case full

    /// The rows that a drain delivers.
    var rows: Int { self == .quick ? 200_000 : 1_000_000 }
    /// The rows of the large backlog.
    var manyRows: Int { self == .full ? 10_000_000 : 1_000_000 }
    /// The rows of the small backlog, for comparison.
    var fewRows: Int { 100_000 }
    /// How often each pair is measured.
    var rounds: Int { self == .quick ? 3 : 5 }
    /// How many seconds a constant rate is kept.
    var seconds: Int { self == .quick ? 10 : 20 }
}
