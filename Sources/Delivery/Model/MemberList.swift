import Foundation

/// The members of a batch as the batch row keeps them: a JSON array of arrays, decoded only when somebody asks.
///
/// The hot path never needs the members: a batch whose users were all accepted is settled by its row alone.
public struct MemberList: Sendable, Equatable {
    public let text: [UInt8]
    /// Whether any member has an ordering key; known with the list, since every settlement asks.
    public let hasOrderingKeys: Bool

    public init(text: [UInt8]) {
        self.text = text
        hasOrderingKeys = !Self.ordered(text).isEmpty
    }

    init(text: [UInt8], hasOrderingKeys: Bool) {
        self.text = text
        self.hasOrderingKeys = hasOrderingKeys
    }

    /// The members in the order of the request; throws `DecodingError` when the text is not such a list.
    public func decode() throws -> [Member] {
        try JSONDecoder().decode([StoredMember].self, from: Data(text)).map(\.member)
    }

    /// The list without the members for which `isKept` is false, each kept member's text unchanged.
    public func keeping(_ isKept: (Int) -> Bool) -> MemberList {
        var kept: [UInt8] = [UInt8(ascii: "[")]
        for (index, range) in elementRanges().enumerated() where isKept(index) {
            if kept.count > 1 { kept.append(UInt8(ascii: ",")) }
            kept.append(contentsOf: text[range])
        }
        kept.append(UInt8(ascii: "]"))
        return MemberList(text: kept)
    }

    /// The members with an ordering key, by their place and id; read without decoding.
    public var ordered: [(place: Int, id: Int64)] {
        hasOrderingKeys ? Self.ordered(text) : []
    }

    private static func ordered(_ text: [UInt8]) -> [(place: Int, id: Int64)] {
        text.withUnsafeBufferPointer { bytes in
            var found: [(place: Int, id: Int64)] = []
            var (place, depth, column, id) = (0, 0, 0, Int64(0))
            var index = 0
            while index < bytes.count {
                switch bytes[index] {
                case UInt8(ascii: "\""):
                    if column == Self.orderingKeyColumn { found.append((place, id)) }
                    index = Self.endOfString(bytes, from: index)
                case UInt8(ascii: "["):
                    depth += 1
                    (column, id) = (0, 0)
                case UInt8(ascii: "]"):
                    depth -= 1
                    if depth == 1 { place += 1 }
                case UInt8(ascii: ","): column += depth - 1
                case let digit where column == 0 && digit >= UInt8(ascii: "0") && digit <= UInt8(ascii: "9"):
                    id = id * 10 + Int64(digit - UInt8(ascii: "0"))
                default: break
                }
                index += 1
            }
            return found
        }
    }

    private static let orderingKeyColumn = 6

    /// The place of the quote that ends the string which begins at `start`.
    private static func endOfString(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var index = start + 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return index
    }

    /// Where each member's own array stands in the text.
    private func elementRanges() -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var depth = 0
        var start = 0
        var inString = false
        var isEscaped = false
        for (index, byte) in text.enumerated() {
            if inString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    inString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): inString = true
            case UInt8(ascii: "["):
                depth += 1
                if depth == 2 { start = index }
            case UInt8(ascii: "]"):
                depth -= 1
                if depth == 1 { ranges.append(start..<(index + 1)) }
            default: break
            }
        }
        return ranges
    }
}

/// One member's array, read by place.
private struct StoredMember: Decodable {
    let member: Member

    init(from decoder: any Decoder) throws {
        var places = try decoder.unkeyedContainer()
        let id = try places.decode(Int64.self)
        let attempts = try places.decode(Int.self)
        let epoch = try places.decode(Int.self)
        let texts = try (0..<5).map { _ in try places.decode(String?.self) }
        let scheduledAt = try places.decode(Int64?.self)
        let expiresAt = try places.decode(Int64?.self)
        let createdAt = try places.decode(Int64.self)
        let traceparent = try places.decode(String?.self)
        let profile = try Self.range(from: &places)
        let data = try Self.range(from: &places)
        member = Member(
            id: id, attempts: attempts, epoch: epoch, externalID: texts[0], anonymousID: texts[1], email: texts[2],
            orderingKey: texts[3], dedupKey: texts[4], scheduledAt: scheduledAt.map(WallTime.init(milliseconds:)),
            expiresAt: expiresAt.map(WallTime.init(milliseconds:)), createdAt: WallTime(milliseconds: createdAt),
            traceparent: traceparent, profile: profile, data: data, previousBatch: try places.decode(Int64?.self))
    }

    private static func range(from places: inout any UnkeyedDecodingContainer) throws -> Range<Int>? {
        let offset = try places.decode(Int?.self)
        let length = try places.decode(Int?.self)
        guard let offset, let length, offset >= 0, length >= 0 else { return nil }
        return offset..<(offset + length)
    }
}
