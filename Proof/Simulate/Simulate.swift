import ArgumentParser
import Foundation
import Simulation
import Synchronization

/// Plays runs of the simulation, and prints what each breach of the promise was and how to see it again.
@main
struct Simulate: ParsableCommand {
    @Option(help: "The first seed.")
    var seed: UInt64 = 1

    @Option(help: "How many seeds, from the first on.")
    var runs: UInt64 = 1

    @Option(help: "How many at once.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @Option(help: "What every run has much of, beside what its seed draws; to be repeated.")
    var tilt: [Lane] = []

    @Flag(help: "Print what the workers reported.")
    var events = false

    @Flag(help: "Print a line for each seed: its counts, and a fingerprint of all that was sent and answered.")
    var each = false

    func run() throws {
        let simulation = try Simulation()
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
                        let outcome = try simulation.run(seed: seed, tilted: Set(tilt), keepsEvents: events)
                        totals.withLock {
                            $0.runs += 1
                            $0.requests += outcome.requests
                            $0.effects += outcome.effects
                            $0.crashes += outcome.crashes
                            $0.draws += outcome.draws
                            // In whatever order the threads come.
                            $0.fingerprint &+= outcome.fingerprint
                            $0.broken += outcome.breaches.isEmpty ? 0 : 1
                        }
                        report(outcome)
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

    private func report(_ outcome: Simulation.Outcome) {
        if events { print(outcome.events.joined(separator: "\n")) }
        if each {
            print(
                "seed \(outcome.seed): \(outcome.requests) requests, \(outcome.effects) entrances, \(outcome.crashes) crashes, \(outcome.draws) draws, fingerprint \(String(outcome.fingerprint, radix: 16))"
            )
        }
        guard !outcome.breaches.isEmpty else { return }
        print("seed \(outcome.seed):")
        for breach in outcome.breaches.prefix(5) { print("  \(breach)") }
        let tilts = tilt.isEmpty ? "" : " TILT='\(tilt.map(\.rawValue).joined(separator: " "))'"
        print("  again: make simulate SEED=\(outcome.seed)\(tilts)")
    }
}

extension Lane: ExpressibleByArgument {}
