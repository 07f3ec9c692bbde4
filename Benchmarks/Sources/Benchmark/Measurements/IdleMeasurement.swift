import Foundation

/// The cost of an idle worker: CPU time and wakeups.
enum IdleMeasurement {
    static func make(_ bench: Bench) throws {
        let database = try bench.database(rows: 0)
        defer { bench.remove(database) }
        let configuration = try bench.configuration(database, port: 9)
        let worker = try Subprocess(
            bench.product, ["run", "--config", configuration], environment: Bench.environment, quiet: true)
        defer {
            worker.send(SIGTERM)
            _ = try? worker.end()
        }
        sleep(8)
        let seconds = bench.scale.seconds * 3
        let (cpu, wakeups) = (ProcessCounts.cpu(of: worker.pid), ProcessCounts.wakeups(of: worker.pid))
        sleep(UInt32(seconds))
        let woken = ProcessCounts.wakeups(of: worker.pid).reduce(0) { $0 + $1.value - (wakeups[$1.key] ?? 0) }
        let work = "`journey-outbox run` on an empty outbox for \(seconds) s"
        bench.report(
            BenchmarkResult(
                name: "idle worker, share of a core",
                value: (ProcessCounts.cpu(of: worker.pid) - cpu) / Double(seconds) * 100, unit: "%", goal: .atMost(0.1),
                work: work, figures: ["resident MiB": Double(ProcessCounts.residentBytes(of: worker.pid)) / 1_048_576]))
        bench.report(
            BenchmarkResult(
                name: "  wakeups", value: Double(woken) / Double(seconds),
                unit: "/s", goal: .atMost(2), work: work))
    }
}
