import Audit

/// The result of one run, or the sum of several.
struct KillRecord: Sendable {
    var mode: KillRun.Mode?
    var seed: UInt64 = 0
    var killed: [String: Int] = [:]
    var counts = Audit.RunCounts()
    var violations: [String] = []
    var runs = 1

    var kills: Int { killed.values.reduce(0, +) }

    static func + (one: KillRecord, other: KillRecord) -> KillRecord {
        var sum = one
        sum.mode = one.mode == other.mode ? one.mode : nil
        sum.killed.merge(other.killed, uniquingKeysWith: +)
        sum.counts.committed += other.counts.committed
        sum.counts.delivered += other.counts.delivered
        sum.counts.dead += other.counts.dead
        sum.counts.cancelled += other.counts.cancelled
        sum.counts.inDoubt += other.counts.inDoubt
        sum.counts.requests += other.counts.requests
        sum.counts.effects += other.counts.effects
        sum.violations += other.violations
        sum.runs += other.runs
        return sum
    }

    var text: String {
        let places = killed.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        return """
            processes, \(mode?.rawValue ?? "all"): \(kills) kills in \(runs) runs (\(places)); \
            \(counts.committed) intents committed, \(counts.delivered) delivered, \(counts.dead) rejected, \
            \(counts.cancelled) cancelled, \(counts.inDoubt) in doubt; \(counts.requests) requests, \
            \(counts.effects) effects; \(violations.count) violations
            """
    }
}
