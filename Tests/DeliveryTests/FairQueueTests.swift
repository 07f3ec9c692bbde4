@testable import Delivery
import Testing

@Suite struct FairQueueTests {
    private static let names = ["a", "b", "c"]
    private static let journeys = names.map { Journey(name: $0, id: 1) }
    private static let now = Make.now

    private static func turns(supplied: Set<String> = ["a", "b", "c"], nextDue: [String: WallTime] = [:]) -> FairQueue {
        var turns = FairQueue()
        turns.keep(journeys)
        turns.receive(DueWork(supplied: supplied, nextDue: nextDue, pauses: []))
        return turns
    }

    private static func left(_ journey: String, _ supply: Backlog, _ nextDue: WallTime? = nil) -> RoundResult {
        var result = RoundResult()
        result.supplies[journey] = supply
        result.nextDue[journey] = nextDue
        return result
    }

    /// The journey that gets the only permit of each round, while every journey wants one.
    private static func winners(_ journeys: [Journey], rounds: Int) -> [String] {
        var turns = turns()
        return (0..<rounds).map { _ in
            let name = turns.allot(1, among: journeys) { _ in 8 }[0].journey.name
            turns.noteServed(name)
            return name
        }
    }

    @Test func `the journey that was served longest ago goes first`() {
        #expect(Self.winners(Self.journeys, rounds: 9) == ["a", "b", "c", "a", "b", "c", "a", "b", "c"])
    }

    @Test func `a permit that was not used is no turn`() {
        let turns = Self.turns()
        #expect(turns.allot(1, among: Self.journeys) { _ in 8 }[0].journey.name == "a")
        #expect(turns.allot(1, among: Self.journeys) { _ in 8 }[0].journey.name == "a")
    }

    @Test func `three turns of four go by priority, and the fourth to the journey that waits longest`() {
        let journeys = [
            Journey(name: "a", id: 1), Journey(name: "b", id: 2, priority: 1000),
            Journey(name: "c", id: 3, priority: .min + 1),
        ]
        #expect(
            Self.winners(journeys, rounds: 16) == [
                "b", "b", "b", "a", "b", "b", "b", "c", "b", "b", "b", "a", "b", "b", "b", "c",
            ])
    }

    @Test func `permits are given one by one, within the bound of each journey`() {
        let turns = Self.turns()
        let dealt = turns.allot(8, among: Self.journeys) { $0.name == "b" ? 1 : 4 }
        #expect(
            Dictionary(uniqueKeysWithValues: dealt.map { ($0.journey.name, $0.count) }) == ["a": 4, "b": 1, "c": 3])
        #expect(turns.allot(8, among: Self.journeys) { _ in -1 }.isEmpty)
    }

    @Test func `only journeys that are ready compete`() {
        var turns = Self.turns(supplied: ["a"], nextDue: ["b": Self.now + .seconds(5)])
        #expect(turns.ready(Self.journeys, at: Self.now).map(\.name) == ["a"])
        turns.receive(Self.left("a", .partial(readyAt: Self.now + .milliseconds(20))))
        #expect(turns.ready(Self.journeys, at: Self.now).isEmpty)
        #expect(turns.nextReady(after: Self.now) == Self.now + .milliseconds(20))
        #expect(turns.isReady("a", at: Self.now + .milliseconds(20)))
        turns.receive(Self.left("a", .empty))
        #expect(turns.nextReady(after: Self.now) == Self.now + .seconds(5))
        #expect(!turns.isReady("nobody", at: Self.now))
    }

    @Test func `a journey with a due time in the past is ready until a claim finds nothing`() {
        var turns = Self.turns(supplied: [], nextDue: ["b": Self.now + .seconds(5)])
        turns.note(due: Self.now + .seconds(9), in: "b")
        turns.note(due: Self.now + .seconds(7), in: "c")
        turns.note(due: Self.now, in: "nobody")
        turns.passDue(at: Self.now + .seconds(5))
        #expect(turns.isReady("b", at: Self.now + .seconds(5)))
        #expect(turns.nextReady(after: Self.now + .seconds(5)) == Self.now + .seconds(7))
        turns.receive(Self.left("b", .empty, Self.now + .seconds(50)))
        #expect(!turns.isReady("b", at: Self.now + .seconds(49)))
        #expect(turns.isReady("b", at: Self.now + .seconds(50)))
    }

    @Test func `a reload keeps the turns of the journeys that remain`() {
        var turns = Self.turns(supplied: [])
        turns.keep([Journey(name: "a", id: 9), Journey(name: "new", id: 2)])
        #expect(!turns.isReady("a", at: Self.now))
        #expect(turns.isReady("new", at: Self.now))
        #expect(!turns.isReady("b", at: Self.now))
    }
}
