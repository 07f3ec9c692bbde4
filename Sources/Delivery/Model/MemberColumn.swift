/// The columns of one member of a batch, in the order in which `outbox_batch.members` keeps them.
///
/// The list is a JSON array with one array for each member, and a member's array has one element for each column. The
/// raw value is the place in that array. An element is null where the value is absent. The order is durable: rows that
/// an earlier version wrote are read by it, so that a new column may only be appended.
public enum MemberColumn: Int, Sendable, CaseIterable {
    case id
    case attempts
    case epoch
    case externalID
    case anonymousID
    case email
    case orderingKey
    case dedupKey
    case scheduledAt
    case expiresAt
    case createdAt
    case traceparent
    /// Where the profile stands in the body, in bytes and without its outer braces.
    case profileOffset
    case profileLength
    /// Where the data object stands in the body, in bytes.
    case dataOffset
    case dataLength
    case previousBatch

    /// How many columns a member has.
    static let count = allCases.count

    /// The column after this one; nil after the last.
    var next: MemberColumn? { MemberColumn(rawValue: rawValue + 1) }

    /// Everything that the producer gave beside the payload: these columns stand next to each other.
    static let identity = externalID...traceparent
}

extension MemberColumn: Comparable {
    public static func < (left: MemberColumn, right: MemberColumn) -> Bool { left.rawValue < right.rawValue }
}
