import Delivery
import Foundation
import GRDB

/// Does a long piece of work in many short write transactions, and lets other connections write between them.
///
/// Each transaction ends after `itemsMax` items, or when it has held the lock for `heldMax`. Then the lock stays free for
/// as long as it was held, so that an operator's command never blocks a producer or the worker for long.
struct WriteTurns {
    static let itemsMax = 500
    static let heldMax: Duration = .milliseconds(20)
    static let pauseMin: Duration = .milliseconds(2)

    let connection: OperatorConnection

    /// Calls `body` once for every item, in order. What was committed stays committed when a later transaction throws.
    ///
    /// `onTurn` is called with the share that is done, between two transactions: a blocked terminal must not hold the lock.
    func forEach<Item>(
        _ items: [Item], onTurn: (Double) -> Void = { _ in }, _ body: (Database, Item) throws -> Void
    ) throws {
        var next = items.startIndex
        while next < items.endIndex {
            let start = ContinuousClock.now
            next = try connection.write { db in
                var index = next
                let begun = ContinuousClock.now
                while index < items.endIndex, index - next < Self.itemsMax {
                    try body(db, items[index])
                    index += 1
                    if ContinuousClock.now - begun >= Self.heldMax { break }
                }
                return index
            }
            onTurn(Double(next - items.startIndex) / Double(items.count))
            if next < items.endIndex { Self.rest(after: ContinuousClock.now - start) }
        }
    }

    /// Leaves the lock free for other connections.
    static func rest(after held: Duration) {
        Thread.sleep(forTimeInterval: min(max(held, pauseMin), .milliseconds(100)).seconds)
    }
}
