import Operation
import PlainText

/// Refuses a database whose outbox is missing or incomplete: some frameworks drop triggers when they copy tables.
enum SchemaCheck {
    /// Returns the connection that read the schema, or throws exit 78 with everything that is wrong.
    @discardableResult
    static func require(
        _ engine: any OutboxEngine, isBusy: (Int) -> Void = sayBusy
    ) throws -> any OpenConnection {
        let (finding, connection): (SchemaFinding, any OpenConnection)
        do {
            (finding, connection) = try engine.schema(isBusy: isBusy)
        } catch let error as MissingDatabase {
            throw CommandFailure.configuration("\(error)")
        }
        guard !finding.isCurrent else { return connection }
        let remedy: PlainText = finding.canMigrate ? "; run `journey-outbox migrate`" : ""
        throw CommandFailure.configuration("\(engine.database): \(finding.problems.joined(separator: "; "))\(remedy)")
    }

    /// What the operator reads while another process holds the database.
    static func sayBusy(_ tries: Int) {
        Output.error("journey-outbox: the database is locked by another process; waiting (\(tries))")
    }
}
