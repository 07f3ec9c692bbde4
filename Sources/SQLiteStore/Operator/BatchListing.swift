import Delivery
import GRDB
import Operation

/// Lists requests, newest first, in short read transactions.
struct BatchListing {
    private static let windowRows = 2_000

    let connection: OperatorConnection
    /// Nil means any, for the journey as well.
    let state: BatchState?
    let journey: String?

    init(_ connection: OperatorConnection, state: BatchState?, journey: String?) {
        self.connection = connection
        self.state = state
        self.journey = journey
    }

    /// At most `limit` batches with lower ids than `id`.
    ///
    /// `onProgress` is called between two windows with the number of batches found.
    func page(
        before id: Int64? = nil, limit: Int, onProgress: (Int) -> Void = { _ in }
    ) throws -> BatchPage {
        var found: [BatchRecord] = []
        var position = id ?? .max
        while found.count <= limit {
            let wanted = limit + 1 - found.count
            let (part, end) = try connection.read { db in
                let end = try isOpen ? nil : windowEnd(db, below: position)
                return (try rows(db, below: position, from: end, limit: wanted), end)
            }
            found += part
            onProgress(found.count)
            guard let end else { break }
            position = end
        }
        let page = Array(found.prefix(limit))
        return BatchPage(batches: page, next: found.count > limit ? page.last?.id : nil)
    }

    /// Open batches are few and have an index of their own. The other ones are read in the order of their ids.
    private var isOpen: Bool { state == .sending || state == .inDoubt }

    private var terms: String {
        (isOpen ? " AND state <> 'settled'" : "") + (state == nil ? "" : " AND state = :state")
            + (journey == nil ? "" : " AND journey = :journey")
    }

    private var arguments: StatementArguments {
        var arguments: StatementArguments = [:]
        if let state { arguments += ["state": state.rawValue] }
        if let journey { arguments += ["journey": journey] }
        return arguments
    }

    /// The oldest batch that one transaction reads; nil when it reaches the end.
    private func windowEnd(_ db: Database, below id: Int64) throws -> Int64? {
        try Int64.fetchOne(
            db.cachedStatement(
                sql: "SELECT id FROM outbox_batch WHERE id < ? ORDER BY id DESC LIMIT 1 OFFSET \(Self.windowRows - 1)"),
            arguments: [id])
    }

    private func rows(_ db: Database, below id: Int64, from end: Int64?, limit: Int) throws -> [BatchRecord] {
        // With the plus, SQLite uses the index of the open batches instead of reading all batches by id
        // (sqlite.org/optoverview.html, "Disqualifying WHERE-Clause Terms").
        let column = isOpen ? "+id" : "id"
        return try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT \(BatchRecord.columns) FROM outbox_batch
                    WHERE \(column) < :below AND \(column) >= :end\(terms) ORDER BY id DESC LIMIT :limit
                    """),
            arguments: arguments + ["below": id, "end": end ?? 0, "limit": limit]
        ).map(BatchRecord.init)
    }
}
