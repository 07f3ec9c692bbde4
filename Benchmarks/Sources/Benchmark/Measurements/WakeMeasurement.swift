import Foundation

/// The time from another process's commit to the first byte of its request, while the worker is idle.
enum WakeMeasurement {
    static func make(_ bench: Bench) throws {
        let runs = try (0..<bench.rounds).map { _ in try measure(bench) }
        for (name, goal) in [("p50", 3.0), ("p99", 20.0)] {
            let values = runs.map { ($0[name] ?? 0) * 1000 }
            bench.report(
                BenchmarkResult(
                    name: "commit → first byte of the request, \(name)", value: values.median, unit: "ms",
                    goal: .atMost(goal), work: "200 commits 25–75 ms apart, linger 0s, from COMMIT's return",
                    figures: [
                        "commit ms": runs.map { ($0["commit_p50"] ?? 0) * 1000 }.median,
                        "max ms": runs.map { ($0["max"] ?? 0) * 1000 }.median,
                    ], rounds: values))
        }
    }

    private static func measure(_ bench: Bench) throws -> [String: Double] {
        let database = try bench.database(rows: 0)
        defer { bench.remove(database) }
        // The server is stopped at once: only its port is needed, which is very probably still free.
        let (server, port) = try bench.startServer()
        DrainMeasurement.stop(server)
        let configuration = try bench.configuration(database, port: port, linger: "0s")
        let worker = try Subprocess(
            bench.product, ["run", "--config", configuration], environment: Bench.environment, quiet: true)
        defer {
            worker.send(SIGTERM)
            _ = try? worker.end()
        }
        usleep(1_000_000)
        return try Subprocess.figures(bench.floor, ["wake", "db=\(database)", "port=\(port)", "count=200"]).figures
    }
}
