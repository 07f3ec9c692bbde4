import GRDB
import JourneyOutbox
import PlainText
import SQLiteStore

/// Refuses to work on a database whose outbox is not there or not whole: some frameworks drop triggers in copies.
enum SchemaCheck {
    /// Returns the connection it looked through when everything is in place, or exits 78 naming what is not.
    @discardableResult
    static func require(database path: String, isBusy: (Int) -> Void = sayBusy) throws -> DatabaseQueue {
        let queue: DatabaseQueue
        let report: SchemaReport
        do {
            (queue, report) = try OutboxConnection.patiently(isBusy: isBusy) {
                let queue = try OutboxConnection.open(path, label: "schema")
                return (queue, try queue.read { try Outbox.check($0) })
            }
        } catch let error as OutboxConnectionError {
            throw Failure.configuration("\(error)")
        }
        guard !report.isCurrent else { return queue }
        let remedy: PlainText =
            report.newerVersion == nil && report.foreignEncoding == nil ? "; run `journey-outbox migrate`" : ""
        throw Failure.configuration("\(path): \(report.problems.joined(separator: "; "))\(remedy)")
    }

    static func report(database path: String) throws -> SchemaReport {
        try OutboxConnection.open(path, label: "schema").read { try Outbox.check($0) }
    }

    /// What a person sees while somebody else holds the database.
    static func sayBusy(_ tries: Int) {
        Output.error("journey-outbox: the database is locked by another process; waiting (\(tries))")
    }
}
