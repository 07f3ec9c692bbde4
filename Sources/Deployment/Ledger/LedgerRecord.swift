import Crypto
import Delivery
import Foundation

/// One record of a ledger segment: payload length (4 bytes), checksum (4 bytes) and payload, all little-endian.
///
/// The checksum is the first 4 bytes of the SHA-256 of the payload. A crash may truncate the last record or leave
/// garbage in its place; the checksum detects both, and reading ends before such a record.
enum LedgerRecord: Equatable {
    /// The first record of each segment: the identity of the database whose groups follow.
    case session(uuid: String)
    /// What one committed round did.
    case group(LedgerGroup)

    static let headerBytes = 8
    /// The longest payload. The group of one round is far smaller, so a longer payload is garbage.
    static let payloadBytesMax = 64 << 20

    /// The record as it is stored.
    var bytes: Data {
        var payload: [UInt8] = []
        switch self {
        case .session(let uuid):
            payload.append(UInt8(1))
            payload.append(contentsOf: Array(uuid.utf8))
        case .group(let group):
            payload.reserveCapacity(25 + 8 * group.settled.count + 16 * group.delivered.count)
            payload.append(UInt8(2))
            payload.append(group.intents)
            payload.append(group.batches)
            payload.append(Int64(group.settled.count))
            for id in group.settled { payload.append(id) }
            for delivery in group.delivered {
                payload.append(delivery.id)
                payload.append(delivery.digest)
            }
        }
        var record: [UInt8] = []
        record.reserveCapacity(payload.count + Self.headerBytes)
        record.append(UInt32(payload.count))
        record.append(Self.checksum(payload))
        record.append(contentsOf: payload)
        return Data(record)
    }

    /// Reads the record at `offset` and moves `offset` behind it; nil at the end of the data and for an invalid record.
    static func read(_ data: Data, at offset: inout Int) -> LedgerRecord? {
        guard data.count - offset >= headerBytes else { return nil }
        let length = Int(data.integer(UInt32.self, at: offset))
        guard length > 0, length <= payloadBytesMax, data.count - offset - headerBytes >= length else { return nil }
        let start = data.startIndex + offset + headerBytes
        let payload = data[start..<(start + length)]
        guard checksum(payload) == data.integer(UInt32.self, at: offset + 4) else { return nil }
        guard let record = parse(Data(payload)) else { return nil }
        offset += headerBytes + length
        return record
    }

    private static func parse(_ payload: Data) -> LedgerRecord? {
        switch payload[0] {
        case 1: return .session(uuid: String(decoding: payload.dropFirst(), as: UTF8.self))
        case 2:
            guard payload.count >= 25 else { return nil }
            let count = Int(payload.integer(Int64.self, at: 17))
            guard count >= 0, count <= payload.count / 8, payload.count >= 25 + 8 * count else { return nil }
            let deliveries = 25 + 8 * count
            guard (payload.count - deliveries) % 16 == 0 else { return nil }
            return .group(
                LedgerGroup(
                    intents: payload.integer(Int64.self, at: 1), batches: payload.integer(Int64.self, at: 9),
                    settled: (0..<count).map { payload.integer(Int64.self, at: 25 + 8 * $0) },
                    delivered: stride(from: deliveries, to: payload.count, by: 16).map {
                        IntentDigest(
                            id: payload.integer(Int64.self, at: $0), digest: payload.integer(UInt64.self, at: $0 + 8))
                    }))
        default: return nil
        }
    }

    private static func checksum(_ payload: some DataProtocol) -> UInt32 {
        SHA256.hash(data: payload).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}

/// What one committed round did, as the ledger stores it.
public struct LedgerGroup: Sendable, Equatable {
    /// The highest intent id when the round was committed.
    public var intents: Int64
    /// The highest batch id when the round was committed.
    public var batches: Int64
    /// The batches that the round settled.
    public var settled: [Int64]
    /// The ids and content digests of the intents that the round delivered.
    public var delivered: [IntentDigest]

    public init(intents: Int64, batches: Int64, settled: [Int64] = [], delivered: [IntentDigest] = []) {
        self.intents = intents
        self.batches = batches
        self.settled = settled
        self.delivered = delivered
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}

extension Data {
    fileprivate func integer<Value: FixedWidthInteger>(_: Value.Type, at offset: Int) -> Value {
        withUnsafeBytes { Value(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Value.self)) }
    }
}
