import Foundation
import Simulation
import Testing

@Suite(.timeLimit(.minutes(30)))
struct SimulationTests {
    /// Seeds from 1 on; `SIMULATION_RUNS` asks for more.
    private static let runs = ProcessInfo.processInfo.environment["SIMULATION_RUNS"].flatMap { UInt64($0) } ?? 2000
    private static let lanes: UInt64 = 2

    @Test func `whatever goes wrong, no intent is lost and none is entered twice`() async throws {
        let simulation = try Simulation()
        let crashes = try await withThrowingTaskGroup(of: Int.self) { group in
            for lane in 1...Self.lanes {
                group.addTask {
                    try await Self.play(stride(from: lane, through: Self.runs, by: Int(Self.lanes)), simulation)
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(crashes > Int(Self.runs) / 2, "hardly anything went wrong")
    }

    /// Plays seeds one after the other; returns how many workers crashed.
    private static func play(_ seeds: some Sequence<UInt64> & Sendable, _ simulation: Simulation) async throws -> Int {
        var crashes = 0
        for seed in seeds {
            let watched = try WatchedRun(simulation, seed: seed)
            crashes += watched.crashes
            #expect(watched.breaches.isEmpty, "\(watched.breaches.prefix(3)), make simulate SEED=\(seed)")
            await Task.yield()
        }
        return crashes
    }

    @Test func `the same seed gives the same run`() throws {
        let simulation = try Simulation()
        for (seed, lanes) in [(3, []), (24, []), (77, [.restores, .ordering])] as [(UInt64, Set<Lane>)] {
            let first = try simulation.run(seed: seed, tilted: lanes, keepsEvents: true)
            let second = try simulation.run(seed: seed, tilted: lanes, keepsEvents: true)
            #expect(first.events == second.events)
            #expect(!first.events.isEmpty)
        }
    }
}
