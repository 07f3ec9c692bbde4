import ArgumentParser
import Foundation
import GRDB
import JourneyOutbox

/// The demo's shop: each order and its intent in one transaction, some of them rolled back.
struct DemoProducerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "demo-producer", shouldDisplay: false)

    @Option var database: String
    @Option var orders: Int

    private struct ChangedItsMind: Error {}

    func run() throws {
        var configuration = GRDB.Configuration()
        configuration.busyMode = .timeout(10)
        let shop = try DatabaseQueue(path: database, configuration: configuration)
        var placed = 0
        var number = 0
        while placed < orders {
            number += 1
            do {
                try shop.write { try place(number, in: $0) }
                placed += 1
            } catch is ChangedItsMind {
                continue
            }
        }
    }

    /// One order; every tenth customer changes their mind, and the intent is rolled back with the order.
    private func place(_ number: Int, in db: Database) throws {
        let total = "\(number % 400).\(10 + number % 90)"
        let intent = try Outbox.enqueue(
            Intent(
                journey: number % 50 == 0 ? "big-order" : "order-placed", externalID: customer(number),
                data: JSONText(#"{"order":\#(number),"total":\#(total)}"#)), in: db)
        try db.execute(
            sql: "INSERT INTO orders (id, customer, total, intent_id) VALUES (?, ?, ?, ?)",
            arguments: [number, customer(number), total, intent])
        if number % 10 == 7 { throw ChangedItsMind() }
    }

    /// Some customers are ones the API rejects for good, or for now.
    private func customer(_ number: Int) -> String {
        switch number % 100 {
        case 13: "reject-permanent-\(number)"
        case 29: "reject-twice-\(number)"
        default: "customer-\(number)"
        }
    }
}
