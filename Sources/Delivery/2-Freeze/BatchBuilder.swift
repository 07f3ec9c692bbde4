/// Assembles one request from rows, by concatenating their stored JSON text and never by re-encoding it.
///
/// Pure: the store feeds rows in, and commits what comes out before anything is sent.
public struct BatchBuilder {
    /// What became of a row that was offered.
    public enum OfferResult: Equatable {
        case taken
        /// The body has no room left; the row starts the next batch.
        case full
        /// A row of the same contact is in this batch already; this one travels in a later batch.
        case repeatedContact
        /// It will never be sent: its content is unfit, or its time is over.
        case unsendable(Unsendable)
    }

    private(set) var ids: [(id: Int64, epoch: Int)] = []
    private let target: Target
    private let rowsMax: Int
    private let bodyBytesMax: Int
    private let now: WallTime
    private var body: [UInt8] = []
    private var members: [UInt8] = [UInt8(ascii: "[")]
    private var contacts: Set<Int> = []
    private var hasOrderingKeys = false
    private var traceparent: String?
    private var sharesTraceparent = true

    public init(order: ClaimRequest, at now: WallTime) {
        self.now = now
        target = order.target
        rowsMax = order.rowsMax
        bodyBytesMax = order.bodyBytesMax
        body.reserveCapacity(rowsMax * 256)
        members.reserveCapacity(rowsMax * 96)
        if rowsMax > 1 { contacts.reserveCapacity(rowsMax) }
        if target.entrance == nil { body.append(ascii: "{\"users\":[") }
    }

    public var isEmpty: Bool { ids.isEmpty }
    public var isFull: Bool { ids.count >= rowsMax }

    /// Offers the next row, in the order in which the rows are to be entered.
    public mutating func offer(_ row: IntentRow) -> OfferResult {
        if isFull { return .full }
        let contact = Contact(row)
        if contact.isAmong(contacts) { return .repeatedContact }
        let profile: Range<Int>?
        do throws(Unsendable) {
            profile = try check(row)
        } catch {
            return .unsendable(error)
        }
        let start = body.count
        let places = append(row, profileInside: profile)
        if body.count + 2 > bodyBytesMax && !isEmpty {
            body.removeLast(body.count - start)
            return .full
        }
        if rowsMax > 1 { contact.join(&contacts) }
        if row.orderingKey != nil { hasOrderingKeys = true }
        appendMember(row, profile: places.profile, data: places.data)
        noteTraceparent(of: row)
        ids.append((row.id, row.epoch))
        assert(ids.count <= rowsMax, "a request has no more members than its limit")
        assert(
            places.profile?.upperBound ?? 0 <= body.count && places.data?.upperBound ?? 0 <= body.count,
            "a payload lies in the body")
        return .taken
    }

    /// The request as it will be stored and sent; nil when no row was taken.
    public consuming func freeze(outbox: String) -> FrozenRequest? {
        guard let first = ids.first else { return nil }
        if target.entrance == nil { body.append(ascii: "]}") }
        members.append(UInt8(ascii: "]"))
        var (firstID, lastID) = (first.id, first.id)
        for (id, _) in ids { (firstID, lastID) = (min(firstID, id), max(lastID, id)) }
        return FrozenRequest(
            key: IdempotencyKey.derive(outbox: outbox, target: target, members: ids), body: body,
            bodySHA256: IdempotencyKey.digest(ofBody: body),
            members: MemberList(text: members, hasOrderingKeys: hasOrderingKeys), size: ids.count,
            firstID: firstID, lastID: lastID,
            traceparent: sharesTraceparent ? traceparent : nil)
    }

    /// Checks what SQL cannot see cheaply; the range of the profile between its braces.
    private func check(_ row: IntentRow) throws(Unsendable) -> Range<Int>? {
        if let expiry = row.expiresAt, expiry <= now.milliseconds { throw .expired }
        if target.entrance != nil && row.externalID == nil { throw .externalIDMissing }
        try check(row.externalID)
        try check(row.anonymousID)
        try check(row.email)
        try check(row.orderingKey)
        try check(row.dedupKey)
        if let data = row.data { _ = try check(object: data) }
        guard let profile = row.profile else { return nil }
        return try check(object: profile)
    }

    private func check(object text: IntentRow.Text) throws(Unsendable) -> Range<Int> {
        do throws(JSONDefect) {
            return try JSONCheck.check(object: text)
        } catch {
            throw Unsendable(error)
        }
    }

    private func check(_ text: IntentRow.Text?) throws(Unsendable) {
        if let text, !JSONCheck.isValidUTF8(text) { throw .invalidUTF8 }
    }

    private mutating func append(_ row: IntentRow, profileInside: Range<Int>?) -> (
        profile: Range<Int>?, data: Range<Int>?
    ) {
        if let entrance = target.entrance {
            body.append(ascii: "{\"entrance_id\":")
            body.append(integer: entrance)
            body.append(ascii: ",\"user\":{")
            let profile = appendUser(row, profileInside: profileInside)
            body.append(ascii: "},\"event\":")
            let data = appendData(row)
            if data == nil { body.append(ascii: "{}") }
            body.append(UInt8(ascii: "}"))
            return (profile, data)
        }
        if !isEmpty { body.append(UInt8(ascii: ",")) }
        body.append(UInt8(ascii: "{"))
        let profile = appendUser(row, profileInside: profileInside)
        var data: Range<Int>?
        if row.data != nil {
            body.append(ascii: ",\"data\":")
            data = appendData(row)
        }
        body.append(UInt8(ascii: "}"))
        return (profile, data)
    }

    private mutating func appendUser(_ row: IntentRow, profileInside: Range<Int>?) -> Range<Int>? {
        var separate = false
        appendIdentity("\"external_id\":", row.externalID, &separate)
        appendIdentity("\"anonymous_id\":", row.anonymousID, &separate)
        appendIdentity("\"email\":", row.email, &separate)
        guard let profile = row.profile, let inside = profileInside else { return nil }
        let isBlank = profile[inside].allSatisfy { $0 <= 0x20 }
        if !isBlank { body.append(UInt8(ascii: ",")) }
        let start = body.count
        body.append(bytes: UnsafeRawBufferPointer(rebasing: profile[inside]))
        return start..<body.count
    }

    private mutating func appendIdentity(_ name: StaticString, _ text: IntentRow.Text?, _ separate: inout Bool) {
        guard let text else { return }
        if separate { body.append(UInt8(ascii: ",")) }
        body.append(ascii: name)
        body.append(jsonString: text)
        separate = true
    }

    private mutating func appendData(_ row: IntentRow) -> Range<Int>? {
        guard let data = row.data else { return nil }
        let start = body.count
        body.append(bytes: data)
        return start..<body.count
    }

    private mutating func appendMember(_ row: IntentRow, profile: Range<Int>?, data: Range<Int>?) {
        if !ids.isEmpty { members.append(UInt8(ascii: ",")) }
        members.append(UInt8(ascii: "["))
        var next: MemberColumn? = .id
        while let column = next {
            switch column {
            case .id: members.append(integer: row.id)
            case .attempts: members.append(integer: Int64(row.attempts))
            case .epoch: members.append(integer: Int64(row.epoch))
            case .externalID: members.append(jsonString: row.externalID)
            case .anonymousID: members.append(jsonString: row.anonymousID)
            case .email: members.append(jsonString: row.email)
            case .orderingKey: members.append(jsonString: row.orderingKey)
            case .dedupKey: members.append(jsonString: row.dedupKey)
            case .scheduledAt: members.append(integer: row.scheduledAt)
            case .expiresAt: members.append(integer: row.expiresAt)
            case .createdAt: members.append(integer: row.createdAt)
            case .traceparent: members.append(jsonString: row.traceparent)
            case .profileOffset: members.append(integer: profile.map { Int64($0.lowerBound) })
            case .profileLength: members.append(integer: profile.map { Int64($0.count) })
            case .dataOffset: members.append(integer: data.map { Int64($0.lowerBound) })
            case .dataLength: members.append(integer: data.map { Int64($0.count) })
            case .previousBatch: members.append(integer: row.previousBatch)
            }
            next = column.next
            if next != nil { members.append(UInt8(ascii: ",")) }
        }
        members.append(UInt8(ascii: "]"))
    }

    /// A request carries a traceparent only when all its members came out of the same trace.
    private mutating func noteTraceparent(of row: IntentRow) {
        let text = row.traceparent.map { String(decoding: $0, as: UTF8.self) }
        if isEmpty { traceparent = text } else if text != traceparent { sharesTraceparent = false }
    }

    /// Two rows share a contact if any of their identities is equal. Hashes are compared, and two different identities
    /// with one hash only make a row travel one batch later.
    private struct Contact {
        let externalID, anonymousID, email: Int?

        init(_ row: IntentRow) {
            externalID = Self.hash(0, row.externalID)
            anonymousID = Self.hash(1, row.anonymousID)
            email = Self.hash(2, row.email)
        }

        func isAmong(_ contacts: Set<Int>) -> Bool {
            if let externalID, contacts.contains(externalID) { return true }
            if let anonymousID, contacts.contains(anonymousID) { return true }
            return email.map(contacts.contains) ?? false
        }

        func join(_ contacts: inout Set<Int>) {
            if let externalID { contacts.insert(externalID) }
            if let anonymousID { contacts.insert(anonymousID) }
            if let email { contacts.insert(email) }
        }

        private static func hash(_ kind: Int, _ text: IntentRow.Text?) -> Int? {
            guard let text else { return nil }
            var hasher = Hasher()
            hasher.combine(kind)
            hasher.combine(bytes: text)
            return hasher.finalize()
        }
    }
}
