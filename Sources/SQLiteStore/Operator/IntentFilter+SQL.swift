import Delivery
import GRDB
import Operation

extension IntentFilter {
    /// The places that can contain matching intents.
    func places(in db: Database) throws -> [IntentPlace] {
        try IntentPlace.indexed(in: db).filter { states.contains($0.state) }
    }

    /// The part of the filter that is not in the index, over the columns of `IntentColumns`.
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
