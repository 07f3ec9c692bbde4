import Foundation
import Testing

/// What a worker costs that has nothing to do.
@Suite(.timeLimit(.minutes(2)))
struct IdleTests {
    private struct Cost {
        var wakeups = 0
        var nanoseconds = 0
    }

    /// Voluntary context switches and time on a processor, of all threads.
    private static func cost(of pid: pid_t) throws -> Cost {
        let folder = "/proc/\(pid)/task"
        return try FileManager.default.contentsOfDirectory(atPath: folder).reduce(into: Cost()) { cost, thread in
            let status = try String(contentsOfFile: "\(folder)/\(thread)/status", encoding: .utf8)
            let line = status.split(separator: "\n").first { $0.hasPrefix("voluntary_ctxt_switches:") }
            cost.wakeups += line.flatMap { Int($0.split(separator: "\t").last ?? "") } ?? 0
            let times = try String(contentsOfFile: "\(folder)/\(thread)/schedstat", encoding: .utf8)
            cost.nanoseconds += Int(times.split(separator: " ").first ?? "") ?? 0
        }
    }

    @Test func `an idle worker wakes at most twice a second and takes at most a thousandth of a core`() async throws {
        try await Workbench.open { bench in
            let yaml = bench.yaml.replacingOccurrences(of: ", rate: unlimited", with: "")
            let run = try bench.start(["run"], configuration: yaml)
            try bench.insert(3)
            try await bench.untilQuery("SELECT sum(delivered) FROM outbox_journey", is: 3)
            try await Task.sleep(for: .seconds(4))
            let before = try Self.cost(of: run.pid)
            let seconds = 15
            try await Task.sleep(for: .seconds(seconds))
            let after = try Self.cost(of: run.pid)
            let wakeups = Double(after.wakeups - before.wakeups) / Double(seconds)
            let share = Double(after.nanoseconds - before.nanoseconds) / Double(seconds) / 1e9
            print("IDLE", wakeups, "wakeups/s", share, "of a core")
            #expect(wakeups <= 2)
            #expect(share <= 0.001)
            run.send(SIGTERM)
            #expect(await run.end() == .exited(0))
        }
    }
}
