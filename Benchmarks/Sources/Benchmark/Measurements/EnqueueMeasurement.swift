/// What the Swift library costs a producer, next to the same INSERT in C.
enum EnqueueMeasurement {
    static func make(_ bench: Bench) throws {
        let rows = bench.scale.rows / 2
        let pairs = try (0..<bench.rounds).map { _ in
            let ends = [try bench.database(rows: 0), try bench.database(rows: 0)]
            defer { ends.forEach(bench.remove) }
            let floor = try Tool.figures(bench.floor, ["insert", "db=\(ends[0])", "rows=\(rows)"]).figures
            let arguments = ["enqueue-work", "--database", ends[1], "--rows", "\(rows)"]
            let product = try Tool.figures(bench.itself, arguments).figures
            return (floor: DrainMeasurement.Speed(floor), product: DrainMeasurement.Speed(product))
        }
        bench.report(
            Finding(
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
}
