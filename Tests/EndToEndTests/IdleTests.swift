import Foundation
import Testing

/// The cost of an idle worker.
@Suite(.timeLimit(.minutes(2)))
struct IdleTests {
    /// Voluntary context switches of each thread.
    private static func switches(of pid: pid_t) throws -> [String: Int] {
        let folder = "/proc/\(pid)/task"
        return try FileManager.default.contentsOfDirectory(atPath: folder).reduce(into: [:]) { switches, thread in
            let status = try String(contentsOfFile: "\(folder)/\(thread)/status", encoding: .utf8)
            let line = status.split(separator: "\n").first { $0.hasPrefix("voluntary_ctxt_switches:") }
            switches[thread] = line.flatMap { Int($0.split(separator: "\t").last ?? "") } ?? 0
        }
    }

    /// The CPU time of all threads, ended ones included, in hundredths of a second.
    private static func ticks(of pid: pid_t) throws -> Int {
        let fields =
            try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
            .split(separator: ")").last?.split(separator: " ") ?? []
        return (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0)
    }

    @Test func `an idle worker wakes at most twice a second and takes at most a thousandth of a core`() async throws {
        try await Workbench.open { bench in
            let yaml = bench.yaml.replacingOccurrences(of: ", rate: unlimited", with: "")
            let run = try bench.start(["run"], configuration: yaml)
            try bench.insert(3)
            try await bench.untilQuery("SELECT sum(delivered) FROM outbox_journey", is: 3)
            try await Task.sleep(for: .seconds(8))
            let (switches, ticks) = (try Self.switches(of: run.pid), try Self.ticks(of: run.pid))
            let seconds = 20
            try await Task.sleep(for: .seconds(seconds))
            let wakeups = try Self.switches(of: run.pid).map { $1 - (switches[$0] ?? 0) }.sorted()
            let spent = try Self.ticks(of: run.pid) - ticks
            // The dispatcher looks at its own threads once a second, on the thread that minds its timers: the kernel
            // counts that as one switch or as two, which differs by process, and it is one wakeup. Any other wakeup of
            // the worker also shows on another thread.
            let countedTwice = (wakeups.last ?? 0) >= 2 * seconds ? seconds : 0
            #expect(wakeups.reduce(0, +) - countedTwice <= 2 * seconds)
            // A thousandth of a core, rounded up to the next tick.
            #expect(spent <= 2 + 1)
            run.send(SIGTERM)
            #expect(await run.end() == .exited(0))
        }
    }
}
