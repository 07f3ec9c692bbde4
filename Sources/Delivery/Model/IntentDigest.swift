import Crypto

/// An intent as a record outside the database keeps it: its id and a digest of its content.
///
/// The digest tells the intent from another one that has got the same id, as happens after a restore.
public struct IntentDigest: Sendable, Hashable {
    public var id: Int64
    /// The first 64 bits of a SHA-256 over the journey and everything the producer gave.
    public var digest: UInt64

    public init(id: Int64, digest: UInt64) {
        self.id = id
        self.digest = digest
    }

    /// The digest of a row; nil when the row is unfit to be sent, since it was then never delivered.
    public init?(_ row: IntentRow, journey: String) {
        var identity: [UInt8] = []
        for (index, text) in [row.externalID, row.anonymousID, row.email, row.orderingKey, row.dedupKey].enumerated() {
            if index > 0 { identity.append(UInt8(ascii: ",")) }
            identity.append(jsonString: text)
        }
        for number in [row.scheduledAt, row.expiresAt, row.createdAt] {
            identity.append(UInt8(ascii: ","))
            identity.append(integer: number)
        }
        identity.append(UInt8(ascii: ","))
        identity.append(jsonString: row.traceparent)
        var profile: UnsafeRawBufferPointer?
        if let text = row.profile {
            do throws(JSONDefect) {
                profile = UnsafeRawBufferPointer(rebasing: text[try JSONCheck.check(object: text)])
            } catch {
                return nil
            }
        }
        var content = Content(journey: journey)
        self.init(
            id: row.id,
            digest: identity.withUnsafeBytes { content.digest(identity: $0, profile: profile, data: row.data) })
    }

    /// The digests of a batch's members, in the order of the request; nil when its list or body cannot be read.
    public static func members(of batch: Batch) -> [IntentDigest]? {
        guard let contents = batch.members.contents() else { return nil }
        var content = Content(journey: batch.journey)
        return batch.members.text.withUnsafeBytes { list in
            batch.body.withUnsafeBytes { body in
                var digests: [IntentDigest] = []
                digests.reserveCapacity(contents.count)
                for member in contents {
                    let end = max(member.profile?.upperBound ?? 0, member.data?.upperBound ?? 0)
                    guard end <= body.count else { return nil }
                    let identity = UnsafeRawBufferPointer(rebasing: list[member.identity])
                    let profile = member.profile.map { UnsafeRawBufferPointer(rebasing: body[$0]) }
                    let data = member.data.map { UnsafeRawBufferPointer(rebasing: body[$0]) }
                    digests.append(
                        IntentDigest(
                            id: member.id, digest: content.digest(identity: identity, profile: profile, data: data)))
                }
                return digests
            }
        }
    }

    /// What is digested: each part follows its length, so that two different contents never give the same bytes.
    private struct Content {
        private let journey: [UInt8]
        private var bytes: [UInt8] = []

        init(journey: String) {
            self.journey = Array(journey.utf8)
        }

        mutating func digest(
            identity: UnsafeRawBufferPointer, profile: UnsafeRawBufferPointer?, data: UnsafeRawBufferPointer?
        ) -> UInt64 {
            bytes.removeAll(keepingCapacity: true)
            journey.withUnsafeBytes { add($0) }
            add(identity)
            add(profile)
            add(data)
            return SHA256.hash(data: bytes).withUnsafeBytes {
                UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self))
            }
        }

        private mutating func add(_ part: UnsafeRawBufferPointer?) {
            bytes.append(integer: part.map { Int64($0.count) })
            bytes.append(UInt8(ascii: ":"))
            if let part { bytes.append(bytes: part) }
        }
    }
}
