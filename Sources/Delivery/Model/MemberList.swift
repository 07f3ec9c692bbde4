import Foundation

/// The members of a batch as the batch row keeps them: a JSON array of arrays (`MemberColumn`), decoded only on demand.
///
/// The hot path never decodes the members: a batch whose users were all accepted is settled by its row alone.
public struct MemberList: Sendable, Equatable {
    public let text: [UInt8]
    /// Whether any member has an ordering key; known with the list, since every settlement asks.
    public let hasOrderingKeys: Bool

    /// A list without members.
    public static let empty = MemberList(text: Array("[]".utf8), hasOrderingKeys: false)

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

    /// How many members the list has, counted without decoding; nil when the text is not such a list.
    public var count: Int? {
        Self.scan(text) { scanner in
            var count = 0
            while scanner.next() { count += 1 }
            return scanner.isComplete ? count : nil
        }
    }

    /// The list without the members for which `isKept` is false, each kept member's text unchanged.
    public func keeping(_ isKept: (Int) -> Bool) -> MemberList {
        var kept: [UInt8] = [UInt8(ascii: "[")]
        Self.scan(text) { scanner in
            var place = 0
            while scanner.next() {
                if isKept(place) {
                    if kept.count > 1 { kept.append(UInt8(ascii: ",")) }
                    kept.append(contentsOf: text[scanner.range])
                }
                place += 1
            }
        }
        kept.append(UInt8(ascii: "]"))
        return MemberList(text: kept)
    }

    /// The members with an ordering key, by their place and id; read without decoding.
    public var ordered: [(place: Int, id: Int64)] {
        hasOrderingKeys ? Self.ordered(text) : []
    }

    private static func ordered(_ text: [UInt8]) -> [(place: Int, id: Int64)] {
        scan(text) { scanner in
            var found: [(place: Int, id: Int64)] = []
            var place = 0
            while scanner.next() {
                if scanner.hasText(.orderingKey), let id = scanner.integer(.id) { found.append((place, id)) }
                place += 1
            }
            return found
        }
    }

    /// Since when each member could have been delivered: its insertion, or its `scheduled_at` where that is later.
    ///
    /// Empty when the text is not such a list.
    public func deliverableSince() -> [WallTime] {
        Self.scan(text) { scanner in
            var times: [WallTime] = []
            while scanner.next() {
                guard scanner.has(.createdAt) else { continue }
                let time = max(scanner.integer(.createdAt) ?? 0, scanner.integer(.scheduledAt) ?? 0)
                times.append(WallTime(milliseconds: time))
            }
            return times
        }
    }

    /// The members' contents in the order of the request; nil when the text is not such a list.
    func contents() -> [MemberContent]? {
        Self.scan(text) { scanner in
            var contents: [MemberContent] = []
            while scanner.next() {
                guard let content = MemberContent(scanner) else { return nil }
                contents.append(content)
            }
            return scanner.isComplete ? contents : nil
        }
    }

    private static func scan<Result>(_ text: [UInt8], _ read: (inout MemberScanner) -> Result) -> Result {
        text.withUnsafeBytes { bytes in
            var scanner = MemberScanner(bytes)
            return read(&scanner)
        }
    }
}

/// Where one member's content stands in the list and in the body of its batch.
struct MemberContent {
    let id: Int64
    /// The list's own text of everything a producer gave beside the payload, from `external_id` to `traceparent`.
    let identity: Range<Int>
    let profile: Range<Int>?
    let data: Range<Int>?

    /// Nil when the scanner's current member lacks columns that every member has.
    fileprivate init?(_ scanner: MemberScanner) {
        guard scanner.has(.dataLength), let id = scanner.integer(.id),
            let identity = scanner.text(of: MemberColumn.identity)
        else { return nil }
        self.id = id
        self.identity = identity
        profile = scanner.bodyRange(.profileOffset, .profileLength)
        data = scanner.bodyRange(.dataOffset, .dataLength)
    }
}

/// One member's array, read column by column.
private struct StoredMember: Decodable {
    let member: Member

    init(from decoder: any Decoder) throws {
        var columns = try decoder.unkeyedContainer()
        var member = Member(id: 0, attempts: 0, epoch: 0, createdAt: WallTime(milliseconds: 0))
        var (profile, data): (BodyRange, BodyRange) = ((nil, nil), (nil, nil))
        for column in MemberColumn.allCases {
            switch column {
            case .id: member.id = try columns.decode(Int64.self)
            case .attempts: member.attempts = try columns.decode(Int.self)
            case .epoch: member.epoch = try columns.decode(Int.self)
            case .externalID: member.externalID = try columns.decode(String?.self)
            case .anonymousID: member.anonymousID = try columns.decode(String?.self)
            case .email: member.email = try columns.decode(String?.self)
            case .orderingKey: member.orderingKey = try columns.decode(String?.self)
            case .dedupKey: member.dedupKey = try columns.decode(String?.self)
            case .scheduledAt: member.scheduledAt = try Self.time(from: &columns)
            case .expiresAt: member.expiresAt = try Self.time(from: &columns)
            case .createdAt: member.createdAt = WallTime(milliseconds: try columns.decode(Int64.self))
            case .traceparent: member.traceparent = try columns.decode(String?.self)
            case .profileOffset: profile.offset = try columns.decode(Int?.self)
            case .profileLength: profile.length = try columns.decode(Int?.self)
            case .dataOffset: data.offset = try columns.decode(Int?.self)
            case .dataLength: data.length = try columns.decode(Int?.self)
            case .previousBatch: member.previousBatch = try columns.decode(Int64?.self)
            }
        }
        member.profile = Self.range(profile)
        member.data = Self.range(data)
        self.member = member
    }

    private typealias BodyRange = (offset: Int?, length: Int?)

    private static func time(from columns: inout any UnkeyedDecodingContainer) throws -> WallTime? {
        try columns.decode(Int64?.self).map(WallTime.init(milliseconds:))
    }

    private static func range(_ stored: BodyRange) -> Range<Int>? {
        guard let offset = stored.offset, let length = stored.length, offset >= 0, length >= 0 else { return nil }
        return offset..<(offset + length)
    }
}
