/// The cost of a claim with backlogs of different sizes and distributions.
enum ClaimMeasurement {
    private struct ClaimScenario {
        var scenario: String
        var name: String
        /// The journey whose rows are claimed. Without it, all journeys take turns.
        var journey: Int?
    }

    private static let cases = [
        ClaimScenario(scenario: "even", name: "ten journeys alike"),
        ClaimScenario(scenario: "scheduled", name: "90 % scheduled"),
        ClaimScenario(scenario: "waiting", name: "90 % waiting for a retry"),
        ClaimScenario(
            scenario: "journey", name: "one journey, which is parked, owning 99 %, claims of the others", journey: 1),
        ClaimScenario(scenario: "journey", name: "one journey owning 99 %, its own claims", journey: 0),
        ClaimScenario(scenario: "contact", name: "one contact owning 90 %"),
        ClaimScenario(scenario: "key", name: "one ordering key owning 90 %"),
    ]

    static func make(_ bench: Bench) throws {
        for kind in cases {
            let pairs = try (0..<bench.rounds).map { _ in
                (few: try claim(bench, kind, bench.scale.fewRows), many: try claim(bench, kind, bench.scale.manyRows))
            }
            let ratios = pairs.map { ($0.many["p50"] ?? 0) / ($0.few["p50"] ?? 1) }
            bench.report(
                BenchmarkResult(
                    name: "claim p50, \(bench.scale.manyRows) rows against \(bench.scale.fewRows): \(kind.name)",
                    value: ratios.median, unit: "ratio", goal: .atMost(1.2),
                    work: "80 transactions, each claiming one batch and settling the one before; the lock's time",
                    figures: [
                        "few p50 ms": pairs.map { ($0.few["p50"] ?? 0) * 1000 }.median,
                        "many p50 ms": pairs.map { ($0.many["p50"] ?? 0) * 1000 }.median,
                        "many p99 ms": pairs.map { ($0.many["p99"] ?? 0) * 1000 }.median,
                        "few cpu µs": pairs.map { ($0.few["cpu"] ?? 0) * 1e6 }.median,
                        "many cpu µs": pairs.map { ($0.many["cpu"] ?? 0) * 1e6 }.median,
                        "rows/claim": pairs.map { $0.many["rows"] ?? 0 }.median,
                    ], rounds: ratios))
        }
    }

    private static func claim(_ bench: Bench, _ kind: ClaimScenario, _ rows: Int) throws -> [String: Double] {
        let database = try bench.database(rows: rows, scenario: kind.scenario)
        defer { bench.remove(database) }
        let journey = kind.journey.map { ["--journey", "\($0)"] } ?? []
        // The smallest journey of the small backlog does not have enough rows for 80 claims.
        let claims = kind.journey == 1 ? 8 : 80
        let work = ["claim-work", "--database", database, "--claims", "\(claims)"] + journey
        // The copy of the database is still being written to the disk, and the first claims wait for it. One run before
        // the measured one absorbs this.
        if claims == 80 { _ = try Subprocess.figures(bench.itself, work) }
        return try Subprocess.figures(bench.itself, work).figures
    }
}
