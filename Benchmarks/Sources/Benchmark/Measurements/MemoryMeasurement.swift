import Foundation

/// The memory of the worker with a large backlog, before and during its drain.
enum MemoryMeasurement {
    static func make(_ bench: Bench) throws {
        let database = try bench.database(rows: bench.scale.manyRows)
        defer { bench.remove(database) }
        let (server, port) = try bench.startServer()
        defer { DrainMeasurement.stop(server) }
        let configuration = try bench.configuration(database, port: port)
        try Subprocess(
            bench.product, ["pause", "--config", configuration], environment: Bench.environment, quiet: true
        ).end()
        let worker = try Subprocess(
            bench.product, ["run", "--config", configuration], environment: Bench.environment, quiet: true)
        defer {
            worker.send(SIGTERM)
            _ = try? worker.end()
        }
        sleep(3)
        let paused = ProcessCounts.residentBytesMax(of: worker.pid)
        try Subprocess(
            bench.product, ["resume", "--config", configuration], environment: Bench.environment, quiet: true
        ).end()
        sleep(UInt32(bench.scale.seconds))
        let draining = ProcessCounts.residentBytesMax(of: worker.pid)
        for (name, bytes) in [("\(bench.scale.manyRows) rows pending", paused), ("during their drain", draining)] {
            bench.report(
                BenchmarkResult(
                    name: "resident memory, \(name)", value: Double(bytes) / 1_048_576, unit: "MiB", goal: .atMost(64),
                    work: "`journey-outbox run`, 16 connections; the highest the kernel saw"))
        }
    }
}
