import ArgumentParser
import Delivery
import Foundation

/// Measures claims beside many rows that are scheduled for later, and then the delivery of these rows.
struct ScheduledSoak: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scheduled", abstract: "A claim beside a million scheduled rows costs what it costs beside few.")

    /// The largest allowed ratio of the two costs, on a machine that has other work, too.
    private static let ratioMax = 2.0

    @Option(help: "How many rows are scheduled.")
    var rows = 1_000_000

    func run() async throws {
        let few = try await beside(1_000)
        let many = try await beside(rows)
        let ratio = many.claim / few.claim
        print("scheduled: a round beside 1000 rows takes \(few.claim), beside \(rows) \(many.claim)")
        let slow = many.tenths.last.map { $0 / (many.tenths.first ?? $0) } ?? 1
        print("scheduled: \(rows) rows come due; delivering each tenth of them took \(many.tenths.map { "\($0)" })")
        guard ratio <= Self.ratioMax, slow <= Self.ratioMax else { throw ExitCode(1) }
    }

    /// Returns the median time of a round beside `count` scheduled rows, and the time that each tenth of them took when
    /// they were due.
    private func beside(_ count: Int) async throws -> (claim: Duration, tenths: [Duration]) {
        let outbox = try await SoakOutbox(RequestShape.users.journey)
        let due = SoakOutbox.start + .seconds(3600)
        try await outbox.insert(count, at: SoakOutbox.start, scheduledAt: due)
        var held: [Duration] = []
        for turn in 1...200 {
            let now = SoakOutbox.start + .milliseconds(turn)
            try await outbox.insert(100, at: now)
            try await outbox.deliverAll(at: now) { if !$0.begun.isEmpty { held.append($0.held) } }
        }
        var (tenths, delivered, begun) = ([Duration](), 0, ContinuousClock.now)
        try await outbox.deliverAll(at: due + .seconds(1)) { result in
            delivered += result.begun.reduce(0) { $0 + $1.size }
            guard delivered * 10 >= count * (tenths.count + 1) else { return }
            tenths.append(ContinuousClock.now - begun)
            begun = .now
        }
        try outbox.remove()
        return (held.sorted()[held.count / 2], tenths)
    }
}
