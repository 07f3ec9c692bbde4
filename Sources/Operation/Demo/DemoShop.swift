/// The business database of `demo`: it holds orders, and intents committed in the orders' own transactions.
public protocol DemoShop: Sendable {
    /// Creates the database with its outbox and its table of orders.
    func create() throws

    /// Inserts an order and its intent in one transaction.
    ///
    /// An order that `isWithdrawn` is rolled back together with its intent.
    func place(_ order: DemoOrder) throws

    /// The number of committed orders, and of intents that are unfinished.
    func counts() throws -> DemoCounts

    /// The state of the intent of each committed order by the intent's id; `lost` where the intent is nowhere.
    func endings() throws -> [Int64: String]

    /// The codes of the dead letters with their numbers, the most frequent first.
    func deadCodes() throws -> [(String, Int)]
}

/// One order of the demo.
public struct DemoOrder: Sendable {
    public var number: Int
    public var customer: String
    public var total: String
    public var journey: String
    /// The data of its intent, as JSON text.
    public var data: String
    public var isWithdrawn: Bool

    public init(number: Int, customer: String, total: String, journey: String, data: String, isWithdrawn: Bool) {
        self.number = number
        self.customer = customer
        self.total = total
        self.journey = journey
        self.data = data
        self.isWithdrawn = isWithdrawn
    }
}

/// The numbers that the demo's progress line shows.
public struct DemoCounts: Sendable {
    public var orders: Int
    public var unfinished: Int

    public init(orders: Int, unfinished: Int) {
        self.orders = orders
        self.unfinished = unfinished
    }
}
