@testable import Delivery
import Testing

@Suite struct OpenBatchesTests {
    private static func batch(_ id: Int64) throws -> Batch { try Make.batch(Make.rows(1), id: id) }

    @Test func `a batch is at one place and counted once`() throws {
        var open = OpenBatches()
        open.begin(try Self.batch(1))
        open.wait(try Self.batch(1), until: .seconds(5))
        open.wait(try Self.batch(2), until: .seconds(3))
        open.begin(try Self.batch(2))
        #expect((open.count, open.count(in: "welcome"), open.inFlight.count, open.waiting.count) == (2, 2, 1, 1))
        #expect((open.requests(in: "welcome"), open.requests(in: "other")) == (1, 0))
        open.remove(1)
        open.remove(1)
        open.remove(2)
        #expect(open.requests(in: "welcome") == 0)
        open.wait(try Self.batch(2), until: .seconds(3))
        open.remove(99)
        #expect((open.count, open.count(in: "welcome"), open.count(in: "other")) == (1, 1, 0))
    }

    @Test func `the batch that is due for longest comes first`() throws {
        var open = OpenBatches()
        for (id, due) in [(1, 5), (2, 3), (3, 3), (4, 9)] as [(Int64, Int)] {
            open.wait(try Self.batch(id), until: .seconds(due))
        }
        #expect(open.due(at: .seconds(5)).map(\.id) == [2, 3, 1])
        #expect(open.nextDue(after: .seconds(5)) == .seconds(9))
        #expect(open.nextDue(after: .seconds(9)) == nil)
    }

    @Test func `batches in a long wait take no slot, up to a bound`() throws {
        var open = OpenBatches()
        for id in 1...6 as ClosedRange<Int64> { open.wait(try Self.batch(id), until: .seconds(100)) }
        open.wait(try Self.batch(7), until: .seconds(1))
        open.begin(try Self.batch(8))
        #expect(open.slotsUsed(at: .zero, longMax: 16) == 2)
        #expect(open.slotsUsed(at: .zero, longMax: 4) == 4)
        #expect(open.slotsUsed(at: .seconds(99), longMax: 16) == 8)
    }
}
