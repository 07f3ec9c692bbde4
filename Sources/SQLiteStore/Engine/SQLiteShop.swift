import GRDB
import JourneyOutbox
import Operation

/// The demo's business database in SQLite, in write-ahead mode.
final class SQLiteShop: DemoShop {
    private let queue: DatabaseQueue

    init(path: String) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        queue = try DatabaseQueue(path: path, configuration: configuration)
    }

    func create() throws {
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
        try Outbox.migrate(queue)
        try queue.write { db in
            try db.execute(
                sql: """
                    CREATE TABLE orders (
                      id INTEGER PRIMARY KEY, customer TEXT NOT NULL, total TEXT NOT NULL, intent_id INTEGER NOT NULL)
                    """)
        }
    }

    private struct Withdrawn: Error {}

    func place(_ order: DemoOrder) throws {
        do {
            try queue.write { db in
                let intent = try Outbox.enqueue(
                    Intent(journey: order.journey, externalID: order.customer, data: JSONText(order.data)), in: db)
                try db.execute(
                    sql: "INSERT INTO orders (id, customer, total, intent_id) VALUES (?, ?, ?, ?)",
                    arguments: [order.number, order.customer, order.total, intent])
                if order.isWithdrawn { throw Withdrawn() }
            }
        } catch is Withdrawn {
            return
        }
    }

    func counts() throws -> DemoCounts {
        try queue.read { db in
            DemoCounts(
                orders: try Int.fetchOne(db, sql: "SELECT count(*) FROM orders") ?? 0,
                unfinished: try Int.fetchOne(
                    db, sql: "SELECT count(*) FROM outbox_intents WHERE state NOT IN ('dead', 'cancelled')") ?? 0)
        }
    }

    func endings() throws -> [Int64: String] {
        try queue.read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT intent_id, coalesce(history.state, intents.state, 'lost') FROM orders
                    LEFT JOIN (SELECT id, state FROM outbox_history) AS history ON history.id = intent_id
                    LEFT JOIN (SELECT id, state FROM outbox_intents) AS intents ON intents.id = intent_id
                    """)
            return Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0[1]) })
        }
    }

    func deadCodes() throws -> [(String, Int)] {
        try queue.read { db in
            try Row.fetchAll(db, sql: "SELECT code, count(*) FROM outbox_dead GROUP BY code ORDER BY 2 DESC")
                .map { ($0[0], $0[1]) }
        }
    }
}
