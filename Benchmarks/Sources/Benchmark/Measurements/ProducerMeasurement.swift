import Foundation

/// The cost for the business: its commits with an outbox row, through the library, and beside a worker.
enum ProducerMeasurement {
    /// The business's commits with an outbox row, compared with commits without one.
    static func withAndWithout(_ bench: Bench) throws {
        let seconds = bench.scale.seconds / 4
        let pairs = try (0..<bench.rounds).map { _ in
            (
                without: try produce(bench, rows: 0, ["outbox=0", "seconds=\(seconds)"]),
                with: try produce(bench, rows: 0, ["outbox=1", "seconds=\(seconds)"])
            )
        }
        let ratios = pairs.map { ($0.with["commits"] ?? 0) / ($0.without["commits"] ?? 1) }
        bench.report(
            BenchmarkResult(
                name: "producer commit with an outbox row, against without", value: ratios.median, unit: "ratio",
                goal: .atLeast(0.85),
                work: "one order in each commit, flat out for \(seconds) s, in C, autocheckpoint as by default",
                figures: [
                    "with/s": pairs.map { ($0.with["commits"] ?? 0) / Double(seconds) }.median,
                    "without/s": pairs.map { ($0.without["commits"] ?? 0) / Double(seconds) }.median,
                ], rounds: ratios))
    }

    /// The cost of the Swift library, compared with the same INSERT in C.
    static func throughLibrary(_ bench: Bench) throws {
        let rows = bench.scale.rows / 2
        let pairs = try (0..<bench.rounds).map { _ in
            let ends = [try bench.database(rows: 0), try bench.database(rows: 0)]
            defer { ends.forEach(bench.remove) }
            let floor = try Subprocess.figures(bench.floor, ["insert", "db=\(ends[0])", "rows=\(rows)"]).figures
            let arguments = ["enqueue-work", "--database", ends[1], "--rows", "\(rows)"]
            let product = try Subprocess.figures(bench.itself, arguments).figures
            return (floor: DrainMeasurement.Speed(floor), product: DrainMeasurement.Speed(product))
        }
        bench.report(
            BenchmarkResult(
                name: "enqueue through the Swift library, rows/s",
                value: pairs.map { $0.product.rowsPerSecond / $0.floor.rowsPerSecond }.median, unit: "ratio",
                goal: .atLeast(0.8), work: "\(rows) intents, 100 in a transaction, guards and all",
                figures: [
                    "floor rows/s": pairs.map(\.floor.rowsPerSecond).median,
                    "product rows/s": pairs.map(\.product.rowsPerSecond).median,
                    "floor cpu µs": pairs.map(\.floor.microsecondsPerRow).median,
                    "product cpu µs": pairs.map(\.product.microsecondsPerRow).median,
                ], rounds: pairs.map { $0.product.rowsPerSecond / $0.floor.rowsPerSecond }))
    }

    /// The business's commits while a worker drains, compared with the same commits alone.
    static func besideDrain(_ bench: Bench) throws {
        let (server, port) = try bench.startServer()
        defer { DrainMeasurement.stop(server) }
        let options = ["outbox=1", "rate=1000", "seconds=\(bench.scale.seconds)"]
        let pairs = try (0..<bench.rounds).map { _ in
            (
                alone: try produce(bench, rows: bench.scale.rows, options),
                beside: try produceBesideDrain(bench, port: port, options)
            )
        }
        let paces = pairs.map { ($0.beside["commits"] ?? 0) / ($0.alone["commits"] ?? 1) }
        let work =
            "1,000 commits/s for \(bench.scale.seconds) s while `journey-outbox run` drains "
            + "\(bench.scale.rows) rows flat out over HTTP, and then what is committed; latency from when each was due"
        var figures: [String: Double] = [:]
        for name in ["p50", "p99", "p999", "max"] {
            figures["alone \(name) ms"] = pairs.map { $0.alone[name] ?? 0 }.median * 1000
            figures["beside \(name) ms"] = pairs.map { $0.beside[name] ?? 0 }.median * 1000
        }
        bench.report(
            BenchmarkResult(
                name: "producer beside a drain, pace against alone", value: paces.median, unit: "ratio",
                goal: .atLeast(0.99), work: work, figures: figures, rounds: paces))
        for (name, goal) in [("p99", 5.0), ("max", 25.0)] {
            let values = pairs.map { ($0.beside[name] ?? 0) * 1000 }
            bench.report(
                BenchmarkResult(
                    name: "  its commits, \(name)", value: values.median, unit: "ms", goal: .atMost(goal),
                    work: "the same runs", figures: ["alone ms": figures["alone \(name) ms"] ?? 0], rounds: values))
        }
    }

    private static func produce(_ bench: Bench, rows: Int, _ options: [String]) throws -> [String: Double] {
        let database = try bench.database(rows: rows)
        defer { bench.remove(database) }
        return try Subprocess.figures(bench.floor, ["produce", "db=\(database)", "checkpoint=1"] + options).figures
    }

    private static func produceBesideDrain(
        _ bench: Bench, port: Int, _ options: [String]
    ) throws -> [String: Double] {
        let database = try bench.database(rows: bench.scale.rows)
        defer { bench.remove(database) }
        let configuration = try bench.configuration(database, port: port)
        let worker = try Subprocess(
            bench.product, ["run", "--config", configuration], environment: Bench.environment, quiet: true)
        defer {
            worker.send(SIGTERM)
            _ = try? worker.end()
        }
        usleep(300_000)
        return try Subprocess.figures(bench.floor, ["produce", "db=\(database)", "checkpoint=1"] + options).figures
    }
}
