/// The speed of a drain, compared with the floor.
enum DrainMeasurement {
    /// The speed and cost of one drain.
    struct Speed {
        var rowsPerSecond: Double
        var microsecondsPerRow: Double

        init(_ figures: [String: Double]) {
            let rows = figures["rows"] ?? 0
            rowsPerSecond = rows / (figures["seconds"] ?? .infinity)
            microsecondsPerRow = (figures["cpu"] ?? 0) / rows * 1e6
        }
    }

    static func withoutHTTP(_ bench: Bench) throws {
        let pairs = try (0..<bench.rounds).map { _ in
            (try floor(bench, ["group=32"]), try product(bench, []))
        }
        report(
            bench, "drain without HTTP", goals: (0.7, 1.6), pairs,
            "\(bench.scale.rows) rows of 10 journeys, batches of 100, settled and claimed up to 32 in a transaction")
    }

    static func overHTTP(_ bench: Bench) throws {
        let (server, port) = try bench.startServer()
        defer { stop(server) }
        let pairs = try (0..<bench.rounds).map { _ in
            (try floor(bench, ["port=\(port)", "connections=16"]), try product(bench, ["--port", "\(port)"]))
        }
        report(
            bench, "drain over HTTP, users shape", goals: (0.6, nil), pairs,
            "\(bench.scale.rows) rows of 10 journeys, batches of 100, 16 connections to the null server")
        try program(bench, port: port, floor: pairs.map(\.0.rowsPerSecond).median)
    }

    static func entrances(_ bench: Bench) throws {
        let (server, port) = try bench.startServer()
        defer { stop(server) }
        let limit = bench.scale.rows / 10
        let pairs = try (0..<bench.rounds).map { _ in
            (
                try floor(bench, ["port=\(port)", "connections=16", "shape=entrance", "limit=\(limit)"]),
                try product(bench, ["--port", "\(port)", "--entrance", "--limit", "\(limit)"])
            )
        }
        report(
            bench, "drain over HTTP, entrance shape", goals: (0.4, nil), pairs,
            "\(limit) rows of 10 journeys, one request for each, 16 connections to the null server")
    }

    /// The time for a row with a large backlog, compared with a small one.
    static func flat(_ bench: Bench) throws {
        var times: [(few: Double, many: Double)] = []
        for _ in 0..<bench.rounds {
            let few = try product(bench, ["--limit", "\(bench.scale.fewRows)"], rows: bench.scale.fewRows)
            let many = try product(bench, ["--limit", "\(bench.scale.fewRows)"], rows: bench.scale.manyRows)
            times.append((1 / few.rowsPerSecond, 1 / many.rowsPerSecond))
        }
        bench.report(
            BenchmarkResult(
                name: "time per row, \(bench.scale.manyRows) pending against \(bench.scale.fewRows)",
                value: times.map { $0.many / $0.few }.median, unit: "ratio", goal: .atMost(1.2),
                work: "the first \(bench.scale.fewRows) rows of each backlog, without HTTP",
                figures: ["few µs": times.map(\.few).median * 1e6, "many µs": times.map(\.many).median * 1e6],
                rounds: times.map { $0.many / $0.few }))
    }

    // MARK: The two sides

    static func floor(_ bench: Bench, _ options: [String]) throws -> Speed {
        let database = try bench.database(rows: bench.scale.rows)
        defer { bench.remove(database) }
        return Speed(try Subprocess.figures(bench.floor, ["drain", "db=\(database)"] + options).figures)
    }

    static func product(_ bench: Bench, _ options: [String], rows: Int? = nil) throws -> Speed {
        let database = try bench.database(rows: rows ?? bench.scale.rows)
        defer { bench.remove(database) }
        let arguments = ["drain-work", "--database", database, "--state", "\(bench.folder)/state-drain"] + options
        return Speed(try Subprocess.figures(bench.itself, arguments).figures)
    }

    /// The whole program from its start to its end, its log included.
    private static func program(_ bench: Bench, port: Int, floor: Double) throws {
        let speeds = try (0..<bench.rounds).map { _ in
            let database = try bench.database(rows: bench.scale.rows)
            defer { bench.remove(database) }
            let configuration = try bench.configuration(database, port: port)
            let usage = try Subprocess(
                bench.product, ["drain", "--config", configuration, "--timeout", "1h"], environment: Bench.environment,
                quiet: true
            ).end()
            return (rate: Double(bench.scale.rows) / usage.seconds, usage: usage)
        }
        bench.report(
            BenchmarkResult(
                name: "  `journey-outbox drain`, start and end included", value: speeds.map(\.rate).median / floor,
                unit: "ratio", goal: .none, work: "the same rows by the program, its log at its default level",
                figures: [
                    "rows/s": speeds.map(\.rate).median,
                    "cpu µs/row": speeds.map { $0.usage.cpu / Double(bench.scale.rows) * 1e6 }.median,
                    "resident MiB": speeds.map { Double($0.usage.residentBytesMax) / 1_048_576 }.median,
                ], rounds: speeds.map { $0.rate / floor }))
    }

    private static func report(
        _ bench: Bench, _ name: String, goals: (rate: Double, cpu: Double?), _ pairs: [(floor: Speed, product: Speed)],
        _ work: String
    ) {
        let rates = pairs.map { $0.product.rowsPerSecond / $0.floor.rowsPerSecond }
        let costs = pairs.map { $0.product.microsecondsPerRow / $0.floor.microsecondsPerRow }
        bench.report(
            BenchmarkResult(
                name: name + ", rows/s", value: rates.median, unit: "ratio", goal: .atLeast(goals.rate), work: work,
                figures: [
                    "floor rows/s": pairs.map(\.floor.rowsPerSecond).median,
                    "product rows/s": pairs.map(\.product.rowsPerSecond).median,
                ], rounds: rates))
        bench.report(
            BenchmarkResult(
                name: "  CPU per row", value: costs.median, unit: "ratio", goal: goals.cpu.map { .atMost($0) } ?? .none,
                work: "the same runs",
                figures: [
                    "floor µs": pairs.map(\.floor.microsecondsPerRow).median,
                    "product µs": pairs.map(\.product.microsecondsPerRow).median,
                ], rounds: costs))
    }

    static func stop(_ server: Subprocess) {
        server.send(9)
        _ = try? server.end(signalled: 9)
    }
}
