@testable import Delivery
import Testing

/// A settlement that would lose or double a member is refused before it reaches the database.
@Suite struct SettlementCheckTests {
    private static let waiting = Settlement.Leaving.waiting(
        Settlement.Waiting(attempts: 1, dueAt: Make.now, rejection: nil, isRefusedAlone: false))

    /// A settlement of a batch of four members.
    private static func settlement(
        _ fate: Settlement.Fate, leaving: [Int] = [], successors: [[Int]] = [], unproven: Set<Int> = []
    ) throws -> Settlement {
        Settlement(
            batch: try Make.batch(Make.rows(4), before: Make.earlier), fate: fate, record: AnswerRecord(),
            leaving: Dictionary(uniqueKeysWithValues: leaving.map { ($0, waiting) }), successors: successors,
            unproven: unproven)
    }

    @Test func `consistent settlements are returned unchanged`() throws {
        for settlement in [
            try Self.settlement(.settled(.delivered)), try Self.settlement(.settled(.rejected), leaving: [0, 1, 2, 3]),
            try Self.settlement(.settled(.partlyRejected), leaving: [3]),
            try Self.settlement(.settled(.shrunk), leaving: [1], successors: [[0, 2, 3]]),
            try Self.settlement(.settled(.split), successors: [[0, 1], [2, 3]]),
            try Self.settlement(.settled(.returned), leaving: [0, 1, 2, 3]),
            try Self.settlement(.inDoubt, leaving: [0], unproven: [1]),
            try Self.settlement(.sending(dueAt: Make.now, stamp: nil)),
            try Self.settlement(.sending(dueAt: Make.now, stamp: Make.earlier)),
        ] {
            #expect(try settlement.checked().deliveredCount == settlement.deliveredCount)
        }
    }

    @Test func `a member at two places is refused`() throws {
        for settlement in [
            try Self.settlement(.settled(.split), successors: [[0, 1], [1, 2, 3]]),
            try Self.settlement(.settled(.shrunk), leaving: [0], successors: [[0, 1, 2, 3]]),
            try Self.settlement(.inDoubt, leaving: [1], unproven: [1]),
        ] {
            let defect = #expect(throws: Settlement.Defect.self) { try settlement.checked() }
            #expect(defect?.rule == "a member is at exactly one place")
        }
    }

    @Test func `a place without a member is refused`() throws {
        let settlement = try Self.settlement(.settled(.partlyRejected), leaving: [4])
        let defect = #expect(throws: Settlement.Defect.self) { try settlement.checked() }
        #expect(defect?.description == "the settlement of batch 7 breaks a rule: each place is that of a member")
    }

    @Test func `a member that a refused batch does not account for is not taken as delivered`() throws {
        for settlement in [
            try Self.settlement(.settled(.split), successors: [[0, 1]]),
            try Self.settlement(.settled(.shrunk), leaving: [0], successors: [[1, 2]]),
            try Self.settlement(.settled(.returned), leaving: [0, 1, 2]),
            try Self.settlement(.settled(.rejected)),
        ] {
            #expect(throws: Settlement.Defect.self) { try settlement.checked() }
        }
    }

    @Test func `a fate that contradicts the places is refused`() throws {
        for settlement in [
            try Self.settlement(.settled(.delivered), leaving: [0]),
            try Self.settlement(.settled(.partlyRejected)),
            try Self.settlement(.settled(.partlyRejected), leaving: [0], unproven: [1]),
            try Self.settlement(.settled(.split), successors: [[0, 1, 2, 3], []]),
            try Self.settlement(.inDoubt), try Self.settlement(.inDoubt, successors: [[0]], unproven: [1]),
            try Self.settlement(.sending(dueAt: Make.now, stamp: nil), leaving: [0]),
            try Self.settlement(.sending(dueAt: Make.now, stamp: Make.now)),
        ] {
            #expect(throws: Settlement.Defect.self) { try settlement.checked() }
        }
    }
}
