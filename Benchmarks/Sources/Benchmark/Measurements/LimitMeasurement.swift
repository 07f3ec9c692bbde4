import Foundation

/// The CPU time of the worker at the rate of a real limit.
enum LimitMeasurement {
    static func make(_ bench: Bench) throws {
        let database = try bench.database(rows: 1_000_000)
        defer { bench.remove(database) }
        let (server, port) = try bench.startServer()
        defer { DrainMeasurement.stop(server) }
        let configuration = try bench.configuration(database, port: port, connections: 8, rate: #"["100/1s"]"#)
        let worker = try Subprocess(
            bench.product, ["run", "--config", configuration], environment: Bench.environment, quiet: true)
        defer {
            worker.send(SIGTERM)
            _ = try? worker.end()
        }
        sleep(5)
        let seconds = bench.scale.seconds * 2
        let (cpu, rows) = (ProcessCounts.cpu(of: worker.pid), try delivered(bench, configuration))
        sleep(UInt32(seconds))
        let spent = ProcessCounts.cpu(of: worker.pid) - cpu
        let rate = Double(try delivered(bench, configuration) - rows) / Double(seconds)
        bench.report(
            BenchmarkResult(
                name: "CPU at 100 requests/s of 100 rows", value: spent / Double(seconds) * 100, unit: "% core",
                goal: .atMost(10), work: "`journey-outbox run`, rate 100/1s, 8 connections, for \(seconds) s",
                figures: ["rows/s": rate, "cpu µs/row": spent / Double(seconds) / rate * 1e6]))
    }

    private struct StatusOutput: Decodable {
        struct JourneyCount: Decodable { let delivered: Int }
        let journeys: [JourneyCount]
    }

    private static func delivered(_ bench: Bench, _ configuration: String) throws -> Int {
        let output = try Subprocess(
            bench.product, ["status", "--config", configuration, "--json"], environment: Bench.environment, quiet: true
        ).end().output
        return try JSONDecoder().decode(StatusOutput.self, from: Data(output.utf8)).journeys.reduce(0) {
            $0 + $1.delivered
        }
    }
}
