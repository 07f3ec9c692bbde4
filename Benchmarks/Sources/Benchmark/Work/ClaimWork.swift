import ArgumentParser
import Delivery
import Foundation
import SQLiteStore

/// Claims one batch after the other, settling each in the next one's transaction, and says how long the lock was held.
struct ClaimWork: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "claim-work", shouldDisplay: false)

    @Option var database: String
    @Option var claims = 200
    @Option var journeys = 10
    /// The journey whose rows are claimed; all by turns without it.
    @Option var journey: Int?

    func run() async throws {
        let store = try SQLiteStore(path: database, version: "benchmark")
        _ = try await store.takeOver(at: SystemClock().now().wall)
        var held: [Double] = []
        var cpu: [Double] = []
        var rows = 0
        var open: Batch?
        for number in 0..<claims {
            var round = Round(now: SystemClock().now().wall, trustedTime: SystemClock().now().wall)
            if let open { round.settlements = [try Self.settlement(of: open)] }
            round.claims = [order(journey ?? number % journeys)]
            let before = DrainWork.cpu()
            let result = try await store.commit(round)
            open = result.begun.first
            // A journey that has run dry costs next to nothing, and would say so.
            guard open != nil else { continue }
            cpu.append(DrainWork.cpu() - before)
            held.append(result.held.inSeconds)
            rows += open?.size ?? 0
        }
        guard !held.isEmpty else { throw ValidationError("there was nothing to claim") }
        held.sort()
        print(
            "{\"p50\":\(held.median),\"p99\":\(held[held.count * 99 / 100]),\"cpu\":\(cpu.median),\"rows\":\(Double(rows) / Double(claims))}"
        )
    }

    private func order(_ number: Int) -> ClaimRequest {
        let target = Target(url: "http://127.0.0.1", journey: Int64(33 + number), entrance: nil, version: "2026-04-28")
        return ClaimRequest(
            journey: Journey(name: "journey-\(number)", id: Int64(33 + number)), target: target,
            apiKeyFingerprint: "benchmark", batches: 1, rowsMax: 100, bodyBytesMax: 1 << 20, linger: .zero)
    }

    private static func settlement(of batch: Batch) throws -> Settlement {
        let answer = Answer.response(
            Response(
                status: 200, contentType: "application/json", requestID: "req_0",
                body: Array(#"{"success":true}"#.utf8)))
        let now = SystemClock().now().wall
        let verdict = Classifier().judge(answer, to: batch, at: now)
        var settling = SettlementPolicy(
            policy: DeliveryPolicy(), enforcement: .enforced, onUnknown: .hold, othersSucceed: true, now: now,
            random: SplitMix64(seed: 1))
        return try settling.settle(batch, verdict)
    }
}
