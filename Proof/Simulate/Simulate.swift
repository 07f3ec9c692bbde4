import ArgumentParser
import Foundation
import Simulation
import Synchronization

/// Runs seeds of the simulation. Prints each breach of an invariant, and the command that repeats its run.
@main
struct Simulate: ParsableCommand {
    @Option(help: "The first seed.")
    var seed: UInt64 = 1

    @Option(help: "How many seeds, from the first on.")
    var runs: UInt64 = 1

    @Option(help: "How many at once.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @Option(help: "What every run has much of, beside what its seed draws; to be repeated.")
    var tilt: [Tilt] = []

    @Flag(help: "Print what the workers reported.")
    var events = false

    @Flag(help: "Print a line for each seed: its counts, and a fingerprint of all that was sent and answered.")
    var each = false

    func run() throws {
        let runner = try SimulationRunner()
        let start = ContinuousClock.now
        let next = Mutex(seed)
        let totals = Mutex((runs: 0, requests: 0, effects: 0, crashes: 0, draws: 0, fingerprint: UInt64(0), broken: 0))
        let end = seed + runs
        let failure = Mutex<(any Error)?>(nil)
        let workers = (0..<threads).map { _ in
            Thread {
                while let seed = next.withLock({ next -> UInt64? in
                    guard next < end else { return nil }
                    defer { next += 1 }
                    return next
                }) {
                    do {
                        let result = try runner.run(seed: seed, tilted: Set(tilt), keepsEvents: events)
                        totals.withLock {
                            $0.runs += 1
                            $0.requests += result.requests
                            $0.effects += result.effects
                            $0.crashes += result.crashes
                            $0.draws += result.draws
                            // A sum does not depend on the order in which the threads finish.
                            $0.fingerprint &+= result.fingerprint
                            $0.broken += result.breaches.isEmpty ? 0 : 1
                        }
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
        guard !result.breaches.isEmpty else { return }
        print("seed \(result.seed):")
        for breach in result.breaches.prefix(5) { print("  \(breach)") }
        let tilts = tilt.isEmpty ? "" : " TILT='\(tilt.map(\.rawValue).joined(separator: " "))'"
        print("  again: make simulate SEED=\(result.seed)\(tilts)")
    }
}

extension Tilt: ExpressibleByArgument {}
