import Foundation

/// Where everything is: the folder of the databases, the compiled floor, the programs, and how much is to be done.
final class Bench {
    let folder: String
    let repository: String
    let scale: Scale
    let rounds: Int
    private(set) var findings: [Finding] = []
    private let measured: (Finding) -> Void
    private var number = 0

    init(
        folder: String, repository: String, scale: Scale, rounds: Int?, measured: @escaping (Finding) -> Void
    ) throws {
        // The program takes a relative path from its configuration's own folder.
        self.folder = URL(fileURLWithPath: folder).path
        self.repository = repository
        self.scale = scale
        self.rounds = rounds ?? scale.rounds
        self.measured = measured
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try compileFloor()
    }

    func report(_ finding: Finding) {
        findings.append(finding)
        measured(finding)
    }

    // MARK: Programs

    var floor: String { "\(folder)/floor" }
    var server: String { "\(folder)/nullserver" }
    /// This program, for what is measured in a process of its own.
    var itself: String { CommandLine.arguments[0].contains("/") ? CommandLine.arguments[0] : "/proc/self/exe" }
    var product: String { URL(fileURLWithPath: itself).deletingLastPathComponent().path + "/journey-outbox" }

    private func compileFloor() throws {
        let source = "\(repository)/Benchmarks/Floor"
        let parts = ["floor", "fill", "batch", "drain", "http", "produce", "wake"].map { "\(source)/\($0).c" }
        try Tool("/usr/bin/cc", ["-O2", "-o", floor] + parts + ["-lsqlite3"]).end()
        try Tool("/usr/bin/cc", ["-O2", "-o", server, "\(source)/nullserver.c"]).end()
    }

    /// Starts the null server on a port of its own.
    func startServer() throws -> (tool: Tool, port: Int) {
        let tool = try Tool(server, ["0"])
        return (tool, Int(try Tool.read(tool.line())["port"] ?? 0))
    }

    // MARK: Databases

    /// A fresh copy of a database with so many rows, made once for all its copies.
    func database(rows: Int, scenario: String = "even", journeys: Int = 10) throws -> String {
        let template = "\(folder)/template-\(scenario)-\(rows)-\(journeys).db"
        if !FileManager.default.fileExists(atPath: template) {
            let making = template + ".making"
            remove(making)
            try Tool(
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
        try Tool("/bin/cp", ["--reflink=auto", template, copy]).end()
        // What was copied is written down now, and not in the middle of what is measured.
        try Tool("/bin/sync", ["-f", copy]).end()
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

    /// A configuration for the program; all features are on.
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

    /// What the program is told by its environment.
    static let environment = ["SPOTZEE_API_KEY": "sk_benchmark"]
}
