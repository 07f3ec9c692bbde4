import ArgumentParser
import Operation

/// The demo's producer: it commits each order with its intent in one transaction, and rolls some of them back.
struct DemoProducerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "demo-producer", shouldDisplay: false)

    @Option var database: String
    @Option var orders: Int

    func run() throws {
        let shop = try Engine.engine(for: database).demoShop()
        var placed = 0
        var number = 0
        while placed < orders {
            number += 1
            let order = order(number)
            try shop.place(order)
            if !order.isWithdrawn { placed += 1 }
        }
    }

    /// Every tenth customer withdraws the order, and its intent is rolled back with it.
    private func order(_ number: Int) -> DemoOrder {
        let total = "\(number % 400).\(10 + number % 90)"
        return DemoOrder(
            number: number, customer: customer(number), total: total,
            journey: number % 50 == 0 ? "big-order" : "order-placed", data: #"{"order":\#(number),"total":\#(total)}"#,
            isWithdrawn: number % 10 == 7)
    }

    /// The API rejects some customers permanently, and some for a limited number of requests.
    private func customer(_ number: Int) -> String {
        switch number % 100 {
        case 13: "reject-permanent-\(number)"
        case 29: "reject-twice-\(number)"
        default: "customer-\(number)"
        }
    }
}
