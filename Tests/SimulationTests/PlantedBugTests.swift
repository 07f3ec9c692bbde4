import Delivery
import Foundation
import Simulation
import Synchronization
import Testing

/// Whether the checker would notice: each bug is planted by itself, and has to be caught.
@Suite(.timeLimit(.minutes(30)))
struct PlantedBugTests {
    /// What a bug was caught by, and how soon.
    private struct Catch: Sendable {
        var bug: PlantedBug
        var breach: Breach?
        var seeds: Int
    }

    private final class Queue: Sendable {
        private let bugs = Mutex(PlantedBug.allCases.filter { $0 != .unguardedSettle }[...])
        func next() -> PlantedBug? { bugs.withLock { $0.popFirst() } }
    }

    /// Seeds that a bug has to be caught within.
    private static let seedsMax = 200

    #if DEBUG
        @Test func `every planted bug is caught`() async throws {
            let simulation = try Simulation()
            let queue = Queue()
            let catches = try await withThrowingTaskGroup(of: [Catch].self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        var catches: [Catch] = []
                        while let bug = queue.next() {
                            let one = try await Self.hunt(bug, in: simulation)
                            print("\(bug.sentence): \(one.breach.map { "\($0)" } ?? "NOT CAUGHT"), seed \(one.seeds)")
                            catches.append(one)
                        }
                        return catches
                    }
                }
                return try await group.reduce([], +)
            }
            let late = try await PlantedBug.$current.withValue(.unguardedSettle) {
                try await LateSettlement().hasChangedTheBatch()
            }
            let breach = Breach(.committedFirst, "a late answer settled a batch that had been begun anew")
            let guarded = Catch(bug: .unguardedSettle, breach: late ? breach : nil, seeds: 1)
            let all = PlantedBug.allCases.compactMap { bug in (catches + [guarded]).first { $0.bug == bug } }
            print("| planted bug | caught by | seeds |\n|---|---|---|")
            for one in all {
                print(
                    "| \(one.bug.sentence) | \(one.breach.map { "(\($0.invariant.rawValue))" } ?? "nothing") | \(one.seeds) |"
                )
            }
            #expect(all.count == PlantedBug.allCases.count)
            #expect(all.filter { $0.breach == nil }.map(\.bug.sentence).isEmpty)
        }

        private static func hunt(_ bug: PlantedBug, in simulation: Simulation) async throws -> Catch {
            for seed in 1...seedsMax {
                let breaches = try PlantedBug.$current.withValue(bug) {
                    try WatchedRun(simulation, seed: UInt64(seed), tilted: bug.lanes).breaches
                }
                if let first = breaches.first { return Catch(bug: bug, breach: first, seeds: seed) }
                await Task.yield()
            }
            return Catch(bug: bug, breach: nil, seeds: seedsMax)
        }

        @Test func `what the bugs are given much of raises no alarm without them`() async throws {
            let simulation = try Simulation()
            let tilts = Set(PlantedBug.allCases.map(\.lanes)).sorted { "\($0)" < "\($1)" }
            for (index, lanes) in tilts.enumerated() {
                let seed = UInt64(1000 + index)
                let breaches = try WatchedRun(simulation, seed: seed, tilted: lanes).breaches
                #expect(breaches.isEmpty, "seed \(seed), tilted to \(lanes): \(breaches.prefix(3))")
                await Task.yield()
            }
        }
    #endif

    @Test func `an answer to an earlier attempt changes nothing`() async throws {
        #expect(try await !LateSettlement().hasChangedTheBatch())
    }

    #if DEBUG
        @Test func `a worker that nobody has planted a bug in has none`() {
            for bug in PlantedBug.allCases { #expect(!planted(bug)) }
        }

        @Test func `the docs list every bug that is planted`() throws {
            let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("../../docs/planted-bugs.md")
            let rows = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap { line in
                let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
                return cells.count >= 1 && line.hasPrefix("|") && cells[0] != "planted bug" && !cells[0].hasPrefix("-")
                    ? cells[0] : nil
            }
            #expect(rows == PlantedBug.allCases.map(\.sentence))
        }
    #endif
}
