import ArgumentParser
import Foundation
import Simulation
import Synchronization

/// Runs seeds of the simulation. Prints each breach of an invariant, and the command that repeats its run.
@main
struct Simulate: ParsableCommand {
    /// What the API and the network may do.
    enum Model: String, ExpressibleByArgument, CaseIterable { case classic, documents }

    @Option(help: "The first seed.")
    var seed: UInt64 = 1

    @Option(help: "How many seeds, from the first on.")
    var runs: UInt64 = 1

    @Option(help: "The seeds as a range, such as 1-500; instead of --seed and --runs.")
    var seeds: SeedRange?

    @Option(help: "What the API and the network may do: the classic faults, or all that the documents leave possible.")
    var model = Model.classic

    @Option(help: "A feature to take out of the documents' weather; to be repeated.")
    var without: [WeatherFeature] = []

    @Option(help: "How many at once.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @Option(help: "What every run has much of, beside what its seed draws; to be repeated.")
    var tilt: [Tilt] = []

    @Flag(help: "Print what the workers reported.")
    var events = false

    @Flag(help: "Print a line for each seed: its counts, and a fingerprint of all that was sent and answered.")
    var each = false

    private var simulationModel: SimulationModel {
        model == .classic ? .classic : .documents(without: Set(without))
    }

    func run() throws {
        let runner = try SimulationRunner()
        let start = ContinuousClock.now
        let (first, end) = seeds.map { ($0.first, $0.last + 1) } ?? (seed, seed + runs)
        let next = Mutex(first)
        let totals = Mutex((runs: 0, requests: 0, effects: 0, crashes: 0, draws: 0, fingerprint: UInt64(0), broken: 0))
        let violations = Mutex(ViolationTable())
        let failure = Mutex<(any Error)?>(nil)
        let workers = (0..<threads).map { _ in
            Thread {
                while let seed = next.withLock({ next -> UInt64? in
                    guard next < end else { return nil }
                    defer { next += 1 }
                    return next
                }) {
                    do {
                        let result = try runner.run(
                            seed: seed, tilted: Set(tilt), model: simulationModel, keepsEvents: events)
                        totals.withLock {
                            $0.runs += 1
                            $0.requests += result.requests
                            $0.effects += result.effects
                            $0.crashes += result.crashes
                            $0.draws += result.draws
                            // A sum does not depend on the order in which the threads finish.
                            $0.fingerprint &+= result.fingerprint
                            $0.broken += result.breaches.isEmpty && result.violations.isEmpty ? 0 : 1
                        }
                        violations.withLock { $0.add(result) }
                        report(result)
                    } catch {
                        failure.withLock { $0 = $0 ?? error }
                        return
                    }
                }
            }
        }
        for worker in workers {
            worker.stackSize = 8 << 20
            worker.start()
        }
        while !workers.allSatisfy(\.isFinished) { Thread.sleep(forTimeInterval: 0.02) }
        if let error = failure.withLock({ $0 }) { throw error }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let sum = totals.withLock { $0 }
        violations.withLock { $0.lines }.forEach { print($0) }
        print(
            "\(sum.runs) runs, \(sum.requests) requests, \(sum.effects) entrances, \(sum.crashes) crashes, \(sum.draws) draws, fingerprint \(String(sum.fingerprint, radix: 16)): \(sum.broken) broke the promise; \(Int(seconds)) s, \((Double(sum.runs) / seconds * 10).rounded() / 10) runs/s"
        )
        if sum.broken > 0 { throw ExitCode(1) }
    }

    private func report(_ result: SimulationResult) {
        if events { print(result.events.joined(separator: "\n")) }
        if each {
            print(
                "seed \(result.seed): \(result.requests) requests, \(result.effects) entrances, \(result.crashes) crashes, \(result.draws) draws, fingerprint \(String(result.fingerprint, radix: 16))"
            )
        }
        let found = result.breaches.map(\.description) + result.violations.map(\.description)
        guard !found.isEmpty else { return }
        let tilts = tilt.isEmpty ? "" : " TILT='\(tilt.map(\.rawValue).joined(separator: " "))'"
        let again =
            model == .classic
            ? "make simulate SEED=\(result.seed)\(tilts)"
            : "simulate --model documents --seeds \(result.seed)-\(result.seed)"
                + without.map { " --without \($0.rawValue)" }.joined()
        // One string, so that the lines of two threads do not mix.
        print(
            (["seed \(result.seed):"] + found.prefix(5).map { "  \($0)" } + ["  again: \(again)"]).joined(
                separator: "\n"))
    }
}

extension Tilt: ExpressibleByArgument {}
extension WeatherFeature: ExpressibleByArgument {}
