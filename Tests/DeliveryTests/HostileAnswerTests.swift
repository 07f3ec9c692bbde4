@testable import Delivery
import Foundation
import Testing

/// Mutated answers for the classifier and the settlement policy: none settles what it does not prove.
///
/// `HOSTILE_ANSWERS` sets their number. `HostileAnswer` reads each answer independently, and gives what it allows.
@Suite struct HostileAnswerTests {
    private static let answers = ProcessInfo.processInfo.environment["HOSTILE_ANSWERS"].flatMap(Int.init) ?? 6000
    private static let seed = ProcessInfo.processInfo.environment["HOSTILE_SEED"].flatMap(UInt64.init) ?? 1

    @Test func `a mutated answer delivers, kills or gives a new key only to rows for which it proves it`() throws {
        var random = SplitMix64(seed: Self.seed)
        var fates: [String: Int] = [:]
        for number in 0..<Self.answers {
            let answer = HostileAnswer.draw(&random)
            let wrong = try Self.play(answer, &random, &fates)
            #expect(wrong.isEmpty, "HOSTILE_SEED=\(Self.seed), answer \(number): \(answer.text)")
        }
        let figures = fates.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        print("hostile answers: \(Self.answers) mutated (\(figures))")
        #expect(fates.count >= 6, "the answers must not all be corrupted beyond use")
    }

    private static func play(
        _ answer: HostileAnswer, _ random: inout SplitMix64, _ fates: inout [String: Int]
    ) throws -> [String] {
        let shape: Shape = answer.size == 1 && Bool.random(using: &random) ? .entrance : .users
        let before = Bool.random(using: &random) ? Make.earlier : nil
        let batch = try Make.batch(
            Make.rows(answer.size, attempts: Int.random(in: 0...4, using: &random)), shape, before: before,
            replays: Int.random(in: 0...2, using: &random))
        let enforcement = [Enforcement.enforced, .unproven, .absent].randomElement(using: &random) ?? .enforced
        var policy = Make.settlementPolicy(
            enforcement, onUnknown: Bool.random(using: &random) ? .hold : .resend,
            othersSucceed: Bool.random(using: &random))
        let verdict = Classifier().judge(.response(answer.response), to: batch, at: Make.now)
        let settlement = try policy.settle(batch, verdict)
        fates[name(settlement.fate), default: 0] += 1
        let limits = HostileAnswer.Limits(
            answer: answer, shape: shape, hasEarlierStamp: before != nil, isEnforced: enforcement == .enforced,
            isAbsent: enforcement == .absent, resends: policy.onUnknown == .resend)
        return places(settlement, batch) + actions(settlement, limits) + times(settlement, batch, answer)
            + sizes(settlement)
    }

    private static func name(_ fate: Settlement.Fate) -> String {
        switch fate {
        case .settled(let outcome): outcome.rawValue
        case .sending: "sent again"
        case .inDoubt: "in doubt"
        }
    }

    /// Every member is at exactly one place.
    private static func places(_ settlement: Settlement, _ batch: Batch) -> [String] {
        let named = Array(settlement.leaving.keys) + settlement.successors.joined() + settlement.unproven
        if named.contains(where: { !(0..<batch.size).contains($0) }) { return ["a member that was not sent"] }
        if Set(named).count != named.count { return ["a member in two places"] }
        if case .sending = settlement.fate, !named.isEmpty { return ["members leave what is sent again"] }
        return []
    }

    private static func actions(_ settlement: Settlement, _ limits: HostileAnswer.Limits) -> [String] {
        var wrong: [String] = []
        let isSending = if case .sending = settlement.fate { true } else { false }
        let elsewhere = Set(settlement.leaving.keys).union(settlement.successors.joined()).union(settlement.unproven)
        for place in 0..<settlement.batch.size where !isSending && !elsewhere.contains(place) {
            if !limits.mayDeliver(place) { wrong.append("\(place) is called delivered") }
        }
        for (place, leaving) in settlement.leaving {
            if !limits.mayLeave(place) { wrong.append("\(place) gets a new key") }
            if case .dead = leaving, !limits.mayDie(place) { wrong.append("\(place) is called dead") }
        }
        if !settlement.successors.isEmpty && !limits.mayRename { wrong.append("the halves get new keys") }
        if settlement.fate == .inDoubt && !limits.mayAsk { wrong.append("in doubt without a reason") }
        return wrong
    }

    /// The texts of an answer that are stored are bounded.
    private static func sizes(_ settlement: Settlement) -> [String] {
        let rejections = settlement.leaving.values.compactMap { leaving in
            switch leaving {
            case .dead(let rejection, _): rejection
            case .waiting(let waiting): waiting.rejection
            }
        }
        let codes = rejections.map(\.code) + [settlement.record.code ?? ""]
        let messages = rejections.map(\.message) + [settlement.record.message ?? ""]
        let isBounded = codes.allSatisfy { $0.utf8.count <= 100 } && messages.allSatisfy { $0.utf8.count <= 1000 }
        return isBounded ? [] : ["a stored text of the answer is too long"]
    }

    private static func times(_ settlement: Settlement, _ batch: Batch, _ answer: HostileAnswer) -> [String] {
        guard case .sending(let dueAt, let stamp) = settlement.fate else { return [] }
        let wait = dueAt - Make.now
        if wait < .zero || wait > .seconds(3600) { return ["it waits for \(wait)"] }
        // Only an answer that proves something may remove a stamp, and never that of an earlier attempt.
        if answer.provesNothing && stamp != batch.possiblyExecutedSince { return ["the stamp is lost"] }
        if stamp == nil && batch.possiblyExecutedBefore != nil && !answer.isFromBehindTheCache {
            return ["an earlier stamp is lost"]
        }
        return []
    }
}
