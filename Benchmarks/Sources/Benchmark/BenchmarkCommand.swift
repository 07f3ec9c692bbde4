import Foundation
import ArgumentParser

/// Compares the product with a floor: the same work in C, with the same SQLite and the same schema.
@main
struct BenchmarkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmark", abstract: "Measure the outbox next to the floor.",
        subcommands: [MeasureCommand.self, DrainWork.self, ClaimWork.self, EnqueueWork.self],
        defaultSubcommand: MeasureCommand.self)
}

/// Makes the measurements, alternating between floor and product, and prints medians and ratios.
struct MeasureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure", abstract: "Measure everything, or what is named.",
        discussion: "Names: \(Measurement.all.map(\.name).joined(separator: ", ")).")

    @Option(help: "quick takes minutes; full has backlogs of ten million rows.")
    var scale = Scale.quick

    @Option(help: "Rounds of each pair; the scale has a default.")
    var rounds: Int?

    @Option(help: "The repository, whose migrations and floor are used.")
    var repository = "."

    @Option(help: "Where the databases are made: a file system whose fsync is worth measuring.")
    var folder = "Benchmarks/.build/databases"

    @Option(help: "Where the report is written as JSON.")
    var json: String?

    @Argument(help: "Measurements by name; all when none is given.")
    var names: [String] = []

    func run() async throws {
        let chosen = try choose()
        let machine = try Machine(folder: repository, repository: repository)
        print(machine.text, terminator: "\n\n")
        let bench = try Bench(folder: folder, repository: repository, scale: scale, rounds: rounds) {
            print(BenchmarkReport.line($0))
            fflush(nil)
        }
        var failures = 0
        for measurement in chosen {
            do {
                try measurement.make(bench)
            } catch {
                failures += 1
                print("✗ \(measurement.name): \(error)")
            }
        }
        bench.forgetTemplates()
        let report = BenchmarkReport(machine: machine, scale: scale.rawValue, results: bench.results)
        if let json { try report.json().write(toFile: json, atomically: true, encoding: .utf8) }
        let missed = bench.results.filter { !$0.isMet }
        print("\n\(bench.results.count) figures, \(missed.count) beside their goal")
        if failures > 0 { throw ExitCode.failure }
    }

    private func choose() throws -> [Measurement] {
        let unknown = names.filter { name in !Measurement.all.contains { $0.name == name } }
        guard unknown.isEmpty else { throw ValidationError("no measurement is called \(unknown[0])") }
        return names.isEmpty ? Measurement.all : Measurement.all.filter { names.contains($0.name) }
    }
}
