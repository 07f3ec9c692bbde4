import Foundation
import Mutation
import Simulation
import Synchronization

/// Runs every mutant until the checker catches it. The same run without the mutant must raise no alarm.
struct Hunt: Sendable {
    /// What a mutant was caught by, and at which seed; nil when it has survived.
    struct Catch: Sendable {
        let breach: Breach
        let seed: UInt64
    }

    /// A run without a mutant that raised an alarm.
    struct FalseAlarm: Sendable {
        let mutant: Mutant
        let seed: UInt64
        let breaches: [Breach]
    }

    struct Outcome: Sendable {
        var catches: [String: Catch] = [:]
        var falseAlarms: [FalseAlarm] = []
        var runs = 0
    }

    /// A mutant has to be caught within so many seeds.
    static let seedsMax: UInt64 = 200

    let runner: SimulationRunner
    let threads: Int

    func run(_ mutants: [Mutant]) async throws -> Outcome {
        let queue = Queue(mutants)
        return try await withThrowingTaskGroup(of: Outcome.self) { group in
            for _ in 0..<threads {
                group.addTask { try await hunt(queue) }
            }
            return try await group.reduce(into: Outcome()) { total, part in
                total.catches.merge(part.catches) { first, _ in first }
                total.falseAlarms += part.falseAlarms
                total.runs += part.runs
            }
        }
    }

    private func hunt(_ queue: Queue) async throws -> Outcome {
        var outcome = Outcome()
        while let mutant = queue.next() {
            let caught =
                mutant.scenario == nil
                ? try await play(mutant, into: &outcome) : try await playScenario(of: mutant, into: &outcome)
            outcome.catches[mutant.name] = caught
            print("\(mutant.name): \(caught.map { "seed \($0.seed), \($0.breach)" } ?? "NOT CAUGHT")")
            // What waits in the buffer of a file would say nothing of the mutant that is being run.
            fflush(nil)
        }
        return outcome
    }

    /// Plays seeds with the mutant until one raises an alarm, and that seed without the mutant.
    private func play(_ mutant: Mutant, into outcome: inout Outcome) async throws -> Catch? {
        let tilts = try mutant.chosenTilts()
        for seed in mutant.firstSeed..<mutant.firstSeed + Self.seedsMax {
            let breaches = try Mutation.$current.withValue(mutant.name) {
                try WatchedRun(runner, seed: seed, tilted: tilts).breaches
            }
            outcome.runs += 1
            if let first = breaches.first {
                let unmutated = try WatchedRun(runner, seed: seed, tilted: tilts).breaches
                if !unmutated.isEmpty {
                    outcome.falseAlarms.append(FalseAlarm(mutant: mutant, seed: seed, breaches: unmutated))
                }
                return Catch(breach: first, seed: seed)
            }
            await Task.yield()
        }
        return nil
    }

    private func playScenario(of mutant: Mutant, into outcome: inout Outcome) async throws -> Catch? {
        guard mutant.scenario == "\(LateSettlement.self)" else { return nil }
        let breach = Breach(.committedFirst, "a late answer settled a batch that had been begun anew")
        let isLate = try await Mutation.$current.withValue(mutant.name) {
            try await LateSettlement().hasChangedTheBatch()
        }
        outcome.runs += 1
        if try await LateSettlement().hasChangedTheBatch() {
            outcome.falseAlarms.append(FalseAlarm(mutant: mutant, seed: 1, breaches: [breach]))
        }
        return isLate ? Catch(breach: breach, seed: 1) : nil
    }

    private final class Queue: Sendable {
        private let mutants: Mutex<ArraySlice<Mutant>>
        init(_ mutants: [Mutant]) { self.mutants = Mutex(mutants[...]) }
        func next() -> Mutant? { mutants.withLock { $0.popFirst() } }
    }
}
