import Foundation
import Testing

/// Producers, worker and sandbox as processes, killed and stopped; `KILLS` plays more of it.
struct KillTests {
    private static let kills = ProcessInfo.processInfo.environment["KILLS"].flatMap(Int.init) ?? 105
    private static let seed = ProcessInfo.processInfo.environment["KILL_SEED"].flatMap(UInt64.init) ?? 1
    /// Kills in one plant; the more, the longer its history.
    private static let runMax = 25

    @Test(arguments: KillRun.Manner.allCases.filter { $0 != .clocks })
    func `whatever is killed and stopped, nothing is lost, doubled, leaked or out of turn`(
        manner: KillRun.Manner
    ) async throws {
        try await Self.play(manner)
    }

    @Test(.enabled(if: KillRun.canFakeTime, "faketime is not installed"))
    func `whatever a worker's clock says, nothing is lost, doubled, leaked or out of turn`() async throws {
        try await Self.play(.clocks)
    }

    private static func play(_ manner: KillRun.Manner) async throws {
        var left = (kills + KillRun.Manner.allCases.count - 1) / KillRun.Manner.allCases.count
        var sum: KillRecord?
        var run: UInt64 = 0
        while left > 0 {
            let record = try await KillRun.play(manner, seed: seed &+ run, kills: min(left, runMax))
            #expect(record.violations.isEmpty, "\(manner) with KILL_SEED=\(seed &+ run)")
            sum = sum.map { $0 + record } ?? record
            left -= max(1, record.kills)
            run += 1
            if run % 10 == 0, let sum { print(sum.text) }
        }
        if let sum { print(sum.text) }
    }
}
