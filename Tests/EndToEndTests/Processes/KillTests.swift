import Foundation
import Testing

/// Producers, worker and sandbox as processes that are killed and stopped. `KILLS` sets how often.
struct KillTests {
    private static let kills = ProcessInfo.processInfo.environment["KILLS"].flatMap(Int.init) ?? 105
    private static let seed = ProcessInfo.processInfo.environment["KILL_SEED"].flatMap(UInt64.init) ?? 1
    /// How many kills one database sees, at most.
    private static let runMax = 25

    @Test(arguments: KillRun.Mode.allCases.filter { $0 != .clocks })
    func `killing and stopping processes loses, doubles, leaks and reorders nothing`(
        mode: KillRun.Mode
    ) async throws {
        try await Self.play(mode)
    }

    @Test(.enabled(if: KillRun.canFakeTime, "faketime is not installed"))
    func `a wrong clock of a worker loses, doubles, leaks and reorders nothing`() async throws {
        try await Self.play(.clocks)
    }

    private static func play(_ mode: KillRun.Mode) async throws {
        var left = (kills + KillRun.Mode.allCases.count - 1) / KillRun.Mode.allCases.count
        var sum: KillRecord?
        var run: UInt64 = 0
        while left > 0 {
            let record = try await KillRun.play(mode, seed: seed &+ run, kills: min(left, runMax))
            #expect(record.violations.isEmpty, "\(mode) with KILL_SEED=\(seed &+ run)")
            sum = sum.map { $0 + record } ?? record
            left -= max(1, record.kills)
            run += 1
            if run % 10 == 0, let sum { print(sum.text) }
        }
        if let sum { print(sum.text) }
    }
}
