import Delivery
import Foundation
import GRDB

/// Does a long piece of work in many short write transactions, and lets others write between them.
///
/// Each transaction ends after `itemsMax` items or once it has held the lock for `heldMax`; then the lock stays free
/// for as long as it was held, so that a producer or the worker is never kept out by a person's command.
struct WriteTurns {
    static let itemsMax = 500
    static let heldMax: Duration = .milliseconds(20)
    static let pauseMin: Duration = .milliseconds(2)

    let connection: OperatorConnection

    /// Calls `body` once for every item, in order. What was committed stays done when a later turn throws.
    ///
    /// `onTurn` is told the share that is done, between two transactions: a terminal that is held must not hold the lock.
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

    /// Leaves the lock to others.
    static func rest(after held: Duration) {
        Thread.sleep(forTimeInterval: min(max(held, pauseMin), .milliseconds(100)).seconds)
    }
}
