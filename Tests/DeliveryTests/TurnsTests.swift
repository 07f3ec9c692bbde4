@testable import Delivery
import Testing

@Suite struct TurnsTests {
    private static let names = ["a", "b", "c"]
    private static let journeys = names.map { Journey(name: $0, id: 1) }
    private static let now = Make.now

    private static func turns(supplied: Set<String> = ["a", "b", "c"], nextDue: [String: WallTime] = [:]) -> Turns {
        var turns = Turns()
        turns.keep(journeys)
        turns.absorb(Survey(supplied: supplied, nextDue: nextDue, pauses: []))
        return turns
    }

    private static func left(_ journey: String, _ supply: Supply, _ nextDue: WallTime? = nil) -> RoundResult {
        var result = RoundResult()
        result.supplies[journey] = supply
        result.nextDue[journey] = nextDue
        return result
    }

    @Test func `who was served longest ago goes first`() {
        var turns = Self.turns()
        var served: [String] = []
        for _ in 0..<9 {
            let name = turns.order(Self.journeys, at: Self.now)[0].name
            turns.serve(name)
            served.append(name)
        }
        #expect(served == ["a", "b", "c", "a", "b", "c", "a", "b", "c"])
    }

    @Test func `priority goes before turn`() {
        var turns = Self.turns()
        let journeys = [
            Journey(name: "a", id: 1), Journey(name: "b", id: 2, priority: 5),
            Journey(name: "c", id: 3, priority: .min + 1),
        ]
        for _ in 0..<3 { turns.serve("b") }
        #expect(turns.order(journeys, at: Self.now).map(\.name) == ["b", "a", "c"])
    }

    @Test func `only journeys with something ripe compete`() {
        var turns = Self.turns(supplied: ["a"], nextDue: ["b": Self.now + .seconds(5)])
        #expect(turns.order(Self.journeys, at: Self.now).map(\.name) == ["a"])
        turns.absorb(Self.left("a", .ripens(at: Self.now + .milliseconds(20))))
        #expect(turns.order(Self.journeys, at: Self.now).isEmpty)
        #expect(turns.nextRipe(after: Self.now) == Self.now + .milliseconds(20))
        #expect(turns.isRipe("a", at: Self.now + .milliseconds(20)))
        turns.absorb(Self.left("a", .empty))
        #expect(turns.nextRipe(after: Self.now) == Self.now + .seconds(5))
        #expect(!turns.isRipe("nobody", at: Self.now))
    }

    @Test func `a due time that has come is a supply until a claim says otherwise`() {
        var turns = Self.turns(supplied: [], nextDue: ["b": Self.now + .seconds(5)])
        turns.note(due: Self.now + .seconds(9), in: "b")
        turns.note(due: Self.now + .seconds(7), in: "c")
        turns.note(due: Self.now, in: "nobody")
        turns.passDue(at: Self.now + .seconds(5))
        #expect(turns.isRipe("b", at: Self.now + .seconds(5)))
        #expect(turns.nextRipe(after: Self.now + .seconds(5)) == Self.now + .seconds(7))
        turns.absorb(Self.left("b", .empty, Self.now + .seconds(50)))
        #expect(!turns.isRipe("b", at: Self.now + .seconds(49)))
        #expect(turns.isRipe("b", at: Self.now + .seconds(50)))
    }

    @Test func `a new configuration keeps the turns of the journeys that stay`() {
        var turns = Self.turns(supplied: [])
        turns.keep([Journey(name: "a", id: 9), Journey(name: "new", id: 2)])
        #expect(!turns.isRipe("a", at: Self.now))
        #expect(turns.isRipe("new", at: Self.now))
        #expect(!turns.isRipe("b", at: Self.now))
    }
}
