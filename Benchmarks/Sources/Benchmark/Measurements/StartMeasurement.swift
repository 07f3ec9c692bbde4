import Foundation

/// The time from the start of the program to the first byte of its first request, after a crash.
enum StartMeasurement {
    static func make(_ bench: Bench) throws {
        let values = try (0..<bench.rounds).map { _ in try measure(bench) * 1000 }
        bench.report(
            BenchmarkResult(
                name: "start to first request", value: values.median, unit: "ms", goal: .atMost(150),
                work:
                    "1,000,000 rows pending, and the open batches of a worker that was killed in the midst of a drain",
                rounds: values))
    }

    private static func measure(_ bench: Bench) throws -> Double {
        let database = try bench.database(rows: 1_000_000)
        defer { bench.remove(database) }
        let (server, port) = try bench.startServer()
        let configuration = try bench.configuration(database, port: port)
        let arguments = ["run", "--config", configuration]
        let first = try Subprocess(bench.product, arguments, environment: Bench.environment, quiet: true)
        usleep(1_500_000)
        first.send(SIGKILL)
        try first.end(signalled: SIGKILL)
        DrainMeasurement.stop(server)
        let listener = try Subprocess(bench.floor, ["wake", "mode=first", "port=\(port)"])
        _ = listener.line()
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let begun = Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
        let second = try Subprocess(bench.product, arguments, environment: Bench.environment, quiet: true)
        let came = try Subprocess.read(try listener.end().output)["first"] ?? 0
        second.send(SIGKILL)
        try second.end(signalled: SIGKILL)
        return came - begun
    }
}
