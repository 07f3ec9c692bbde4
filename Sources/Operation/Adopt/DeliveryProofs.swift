/// Reads from the ledger, for each of the given intents that it knows, the digests of what was delivered under its id.
///
/// A proof counts only when its digest equals that of the intent: an id can be assigned twice after a restore.
public typealias DeliveryProofs = (Set<Int64>) throws -> [Int64: Set<UInt64>]
