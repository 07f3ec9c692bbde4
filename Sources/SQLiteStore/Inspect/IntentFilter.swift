import Delivery
import GRDB

/// Which intents a person means.
public struct IntentFilter: Sendable, Equatable {
    /// The states meant; every unfinished, dead or cancelled intent has one of them.
    public var states: Set<IntentState>
    public var journey: String?
    /// Equal to the external id, the anonymous id or the email.
    public var contact: String?
    /// The code the intent was last refused with.
    public var code: String?
    /// Not changed since this time; for one still in the outbox, committed before it.
    public var before: WallTime?

    public init(
        states: Set<IntentState> = Set(IntentState.allCases), journey: String? = nil, contact: String? = nil,
        code: String? = nil, before: WallTime? = nil
    ) {
        self.states = states
        self.journey = journey
        self.contact = contact
        self.code = code
        self.before = before
    }

    /// The places in which such intents can be.
    func places(in db: Database) throws -> [IntentPlace] {
        try IntentPlace.indexed(in: db).filter { states.contains($0.state) }
    }

    /// The part of the filter that no index serves, over the columns of `IntentColumns`.
    func condition(in place: IntentPlace) -> (sql: String, arguments: StatementArguments) {
        var terms: [String] = []
        var arguments: StatementArguments = [:]
        let columns = IntentColumns(place: place)
        if let contact {
            let equal = [columns.externalID, columns.anonymousID, columns.email].map { "\($0) = :contact" }
            terms.append("(\(equal.joined(separator: " OR ")))")
            arguments += ["contact": contact]
        }
        if let code {
            terms.append("\(columns.code) = :code")
            arguments += ["code": code]
        }
        if let before {
            terms.append("\(columns.updatedAt) <= :before")
            arguments += ["before": before.milliseconds]
        }
        return (terms.map { " AND \($0)" }.joined(), arguments)
    }
}
