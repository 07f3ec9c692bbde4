import Delivery

/// The dead letters since a moment: what `drain` reports at its end.
public struct DeathReport: Sendable {
    /// One dead letter, with the code and message of its refusal.
    public struct Death: Sendable {
        public var id: Int64
        public var journey: String
        public var code: String
        public var message: String

        public init(id: Int64, journey: String, code: String, message: String) {
            self.id = id
            self.journey = journey
            self.code = code
            self.message = message
        }
    }

    /// The first of them, at most 100.
    public var deaths: [Death]
    /// The number of all of them.
    public var count: Int

    public init(deaths: [Death], count: Int) {
        self.deaths = deaths
        self.count = count
    }
}
