import Foundation
import GRDB
import JourneyOutbox

/// Commits an order and the intent that starts its journey in one transaction.
@main
struct ProducerExample {
    static func main() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { removeFolder(folder) }

        var configuration = Configuration()
        // The connection waits up to five seconds for a commit of another process.
        configuration.busyMode = .timeout(5)
        let queue = try DatabaseQueue(path: folder.appendingPathComponent("shop.db").path, configuration: configuration)
        try queue.write { db in
            try db.execute(sql: "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT, total TEXT)")
        }
        try Outbox.migrate(queue)

        let id = try queue.write { db in
            try db.execute(sql: "INSERT INTO orders (customer, total) VALUES ('customer-17', '12.50')")
            let order = Order(number: db.lastInsertedRowID, total: "12.50")
            return try Outbox.enqueue(
                Intent(
                    journey: "order-confirmation",
                    externalID: "customer-17",
                    data: JSONText(encoding: order),
                    dedupKey: "order-\(order.number)"
                ),
                in: db
            )
        }
        if let id {
            print("intent \(id) is committed with its order")
        } else {
            print("this order already has its intent")
        }
    }

    /// The data that the steps of the journey receive.
    struct Order: Encodable {
        let number: Int64
        /// A string, because a Double would not keep the digits.
        let total: String
    }

    private static func removeFolder(_ folder: URL) {
        do {
            try FileManager.default.removeItem(at: folder)
        } catch {
            print("could not remove \(folder.path): \(error)")
        }
    }
}
