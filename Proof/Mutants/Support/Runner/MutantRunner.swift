import Foundation
import Simulation

/// Looks whether the checker catches every mutant, and prints by what; exits with 1 when one survives.
@main
struct MutantRunner {
    static func main() async throws {
        let names = CommandLine.arguments.dropFirst()
        let chosen = mutants.filter { names.isEmpty || names.contains($0.name) }
        let hunt = Hunt(runner: try SimulationRunner(), threads: ProcessInfo.processInfo.activeProcessorCount)
        let outcome = try await hunt.run(chosen)
        print("| mutant | what it does | caught by | seed |\n|---|---|---|---|")
        for mutant in chosen {
            let caught = outcome.catches[mutant.name]
            print(
                "| `\(mutant.name)` | \(mutant.sentence)",
                "| \(caught.map { "(\($0.breach.invariant.rawValue)) | \($0.seed)" } ?? "nothing |") |")
        }
        for alarm in outcome.falseAlarms {
            print("\(alarm.mutant.name): without it seed \(alarm.seed) raises an alarm: \(alarm.breaches.prefix(3))")
        }
        let survivors = chosen.filter { outcome.catches[$0.name] == nil }
        guard survivors.isEmpty, outcome.falseAlarms.isEmpty, !chosen.isEmpty else {
            print("FAILED: \(survivors.count) of \(chosen.count) mutants survive: \(survivors.map(\.name))")
            exit(1)
        }
        print("\(chosen.count) mutants caught, in \(outcome.runs) runs; without them the checker raises no alarm")
    }
}
