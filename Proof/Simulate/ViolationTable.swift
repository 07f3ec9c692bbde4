import Simulation

/// The violations of the promise by class: how many runs have each, and which seeds repeat them.
struct ViolationTable: Sendable {
    private var seeds: [PromiseClass: [UInt64]] = [:]

    mutating func add(_ result: SimulationResult) {
        for kind in Set(result.violations.map(\.kind)) { seeds[kind, default: []].append(result.seed) }
    }

    var lines: [String] {
        seeds.sorted { $0.key < $1.key }.flatMap { kind, seeds in
            [
                "\(kind.rawValue): \(seeds.count) runs: \(kind.sentence)",
                "  seeds \(seeds.sorted().prefix(12).map(String.init).joined(separator: " "))",
            ]
        }
    }
}
