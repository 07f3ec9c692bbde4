import Delivery
import GRDB

/// The tables in which an intent is a row of its own.
enum IntentTable: String, CaseIterable {
    case outbox
    case waiting = "outbox_waiting"
    case dead = "outbox_dead"

    /// Deletes the rows of intents that were copied to another place; each must be there, since this transaction has
    /// read it.
    func delete(_ ids: some Sequence<Int64>, _ db: Database) throws {
        let statement = try db.cachedStatement(sql: "DELETE FROM \(rawValue) WHERE id = ?")
        for id in ids {
            try statement.execute(arguments: [id])
            // Otherwise the intent would be in two places once the transaction is committed.
            guard db.changesCount == 1 else { throw BrokenInvariant("an intent that moves leaves \(rawValue): \(id)") }
        }
    }

    func delete(_ id: Int64, _ db: Database) throws { try delete(CollectionOfOne(id), db) }
}

/// The columns of an intent, in the order in which statements list them and `IntentReader` reads them.
enum IntentColumn: Int32, CaseIterable {
    case id
    case attempts
    case epoch
    case externalID
    case anonymousID
    case email
    case profile
    case data
    case orderingKey
    case dedupKey
    case scheduledAt
    case expiresAt
    case traceparent
    case createdAt
    case previousBatch
    case isRefusedAlone

    /// The column's name in a table that has it.
    var name: String {
        switch self {
        case .id: "id"
        case .attempts: "attempts"
        case .epoch: "epoch"
        case .externalID: "external_id"
        case .anonymousID: "anonymous_id"
        case .email: "email"
        case .profile: "profile"
        case .data: "data"
        case .orderingKey: "ordering_key"
        case .dedupKey: "dedup_key"
        case .scheduledAt: "scheduled_at"
        case .expiresAt: "expires_at"
        case .traceparent: "traceparent"
        case .createdAt: "created_at"
        case .previousBatch: "batch_id"
        case .isRefusedAlone: "refused_alone"
        }
    }

    /// What a table has for the column: an intent that has not travelled yet has no past.
    func value(in table: IntentTable) -> String {
        switch (self, table) {
        case (.attempts, .outbox), (.epoch, .outbox): "0"
        case (.previousBatch, .outbox), (.isRefusedAlone, .outbox), (.isRefusedAlone, .dead): "NULL"
        case (.isRefusedAlone, .waiting): "\(name) IS NOT NULL OR NULL"
        default: name
        }
    }

    /// What the producer gave: the columns that every table has, and that a move copies unchanged.
    static let givenColumns = allCases.filter { (externalID.rawValue...createdAt.rawValue).contains($0.rawValue) }
    static let given = givenColumns.map(\.name).joined(separator: ", ")

    /// What `IntentReader` selects from a table.
    static func selection(from table: IntentTable) -> String {
        switch table {
        case .outbox: ofOutbox
        case .waiting: ofWaiting
        case .dead: ofDead
        }
    }

    private static let ofOutbox = values(in: .outbox)
    private static let ofWaiting = values(in: .waiting)
    private static let ofDead = values(in: .dead)

    private static func values(in table: IntentTable) -> String {
        allCases.map { $0.value(in: table) }.joined(separator: ", ")
    }
}

extension MemberColumn {
    /// The same column of the table that the intent was frozen from; nil for what only a member has.
    var intentColumn: IntentColumn? {
        switch self {
        case .id: .id
        case .attempts: .attempts
        case .epoch: .epoch
        case .externalID: .externalID
        case .anonymousID: .anonymousID
        case .email: .email
        case .orderingKey: .orderingKey
        case .dedupKey: .dedupKey
        case .scheduledAt: .scheduledAt
        case .expiresAt: .expiresAt
        case .createdAt: .createdAt
        case .traceparent: .traceparent
        case .profileOffset, .profileLength, .dataOffset, .dataLength: nil
        case .previousBatch: .previousBatch
        }
    }

    /// The column of a member's array, where `json_each(members) AS member` lists the arrays.
    var sql: String { "json_extract(member.value, '$[\(rawValue)]')" }

    /// The column of the first member of a list.
    var sqlOfFirst: String { "json_extract(members, '$[0][\(rawValue)]')" }

    /// A member's array for a row of a table: without a place in any body, since no body is kept for it.
    static func array(of table: IntentTable) -> String {
        let values = allCases.map { $0.intentColumn?.value(in: table) ?? "NULL" }
        return "json_array(\(values.joined(separator: ", ")))"
    }
}
