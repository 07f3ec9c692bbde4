import Foundation
import Simulation
import Testing

@Suite(.timeLimit(.minutes(30)))
struct SimulationTests {
    /// How many seeds are run, from 1 on. `SIMULATION_RUNS` overrides it.
    private static let runs = ProcessInfo.processInfo.environment["SIMULATION_RUNS"].flatMap { UInt64($0) } ?? 2000
    private static let tasks: UInt64 = 2

    @Test func `no fault loses an intent or enters one twice`() async throws {
        let runner = try SimulationRunner()
        let crashes = try await withThrowingTaskGroup(of: Int.self) { group in
            for task in 1...Self.tasks {
                group.addTask {
                    try await Self.play(stride(from: task, through: Self.runs, by: Int(Self.tasks)), runner)
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(crashes > Int(Self.runs) / 2, "too few faults occurred")
    }

    /// Runs seeds one after the other. Returns how many workers crashed.
    private static func play(_ seeds: some Sequence<UInt64> & Sendable, _ runner: SimulationRunner) async throws -> Int
    {
        var crashes = 0
        for seed in seeds {
            let watched = try WatchedRun(runner, seed: seed)
            crashes += watched.crashes
            #expect(watched.breaches.isEmpty, "\(watched.breaches.prefix(3)), make simulate SEED=\(seed)")
            await Task.yield()
        }
        return crashes
    }

    @Test func `the same seed gives the same run`() throws {
        let runner = try SimulationRunner()
        for (seed, tilts) in [(3, []), (24, []), (77, [.restores, .ordering])] as [(UInt64, Set<Tilt>)] {
            let first = try runner.run(seed: seed, tilted: tilts, keepsEvents: true)
            let second = try runner.run(seed: seed, tilted: tilts, keepsEvents: true)
            #expect(first.events == second.events)
            #expect(!first.events.isEmpty)
        }
    }
}
