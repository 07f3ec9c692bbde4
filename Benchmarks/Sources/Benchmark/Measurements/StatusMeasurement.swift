/// The time that the command `status` takes with a large backlog.
enum StatusMeasurement {
    static func make(_ bench: Bench) throws {
        let database = try bench.database(rows: bench.scale.manyRows)
        defer { bench.remove(database) }
        let configuration = try bench.configuration(database, port: 9)
        let times = try (0..<bench.rounds * 4).map { _ in
            try Subprocess(
                bench.product, ["status", "--config", configuration], environment: Bench.environment, quiet: true
            ).end().seconds * 1000
        }
        bench.report(
            BenchmarkResult(
                name: "`status` with \(bench.scale.manyRows) rows", value: times.median, unit: "ms", goal: .atMost(50),
                work: "the program from its start to its end", rounds: times))
    }
}
