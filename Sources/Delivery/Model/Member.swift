/// One intent inside a frozen batch: its contact, and where its payload stands in the body (`MemberColumn`).
public struct Member: Sendable, Equatable {
    public var id: Int64
    /// Requests so far that ended with this intent rejected for now.
    public var attempts: Int
    /// A part of the idempotency key; it rises each time the intent travels under a new key.
    public var epoch: Int
    public var externalID: String?
    public var anonymousID: String?
    public var email: String?
    public var orderingKey: String?
    public var dedupKey: String?
    public var scheduledAt: WallTime?
    public var expiresAt: WallTime?
    public var createdAt: WallTime
    public var traceparent: String?
    /// The bytes between the profile's braces in the batch's body; nil when the column was NULL.
    public var profile: Range<Int>?
    /// The bytes of the data object in the batch's body; nil when the column was NULL.
    public var data: Range<Int>?
    /// The batch this intent travelled in before.
    public var previousBatch: Int64?

    /// The stored profile, braces put back; nil when the column was NULL.
    public func profile(in body: [UInt8]) -> [UInt8]? {
        profile.map { [UInt8(ascii: "{")] + body[$0] + [UInt8(ascii: "}")] }
    }

    /// The stored data; nil when the column was NULL.
    public func data(in body: [UInt8]) -> [UInt8]? {
        data.map { Array(body[$0]) }
    }

    /// Offers this intent to a new request, under its next epoch, as a row that came out of `batch`.
    public func withRow<Result>(of batch: Batch, _ use: (IntentRow) -> Result) -> Result {
        var arena: [UInt8] = []
        func place(_ bytes: some Collection<UInt8>) -> Range<Int> {
            arena.append(contentsOf: bytes)
            return (arena.count - bytes.count)..<arena.count
        }
        let texts = [externalID, anonymousID, email, orderingKey, dedupKey, traceparent].map {
            $0.map { place($0.utf8) }
        }
        let payload = [profile(in: batch.body), data(in: batch.body)].map { $0.map { place($0) } }
        return arena.withUnsafeBytes { bytes in
            func text(_ range: Range<Int>?) -> IntentRow.Text? { range.map { IntentRow.Text(rebasing: bytes[$0]) } }
            return use(
                IntentRow(
                    id: id, attempts: attempts, epoch: epoch + 1, externalID: text(texts[0]),
                    anonymousID: text(texts[1]), email: text(texts[2]), profile: text(payload[0]),
                    data: text(payload[1]), orderingKey: text(texts[3]), dedupKey: text(texts[4]),
                    scheduledAt: scheduledAt?.milliseconds, expiresAt: expiresAt?.milliseconds,
                    traceparent: text(texts[5]), createdAt: createdAt.milliseconds, previousBatch: batch.id))
        }
    }
}
