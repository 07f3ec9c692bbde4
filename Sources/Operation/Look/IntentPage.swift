/// One page of a listing of intents.
public struct IntentPage: Sendable {
    public var records: [IntentRecord]
    /// Where the next page starts; nil when this page is the last.
    public var next: IntentCursor?

    public init(records: [IntentRecord], next: IntentCursor?) {
        self.records = records
        self.next = next
    }
}

/// Where a listing stopped, as text of letters, digits, `-` and `_`.
///
/// Only the store that wrote the text understands it. It stays valid while intents are inserted, moved and deleted.
public struct IntentCursor: Sendable, Equatable {
    public let text: String

    public init(text: String) {
        self.text = text
    }
}

/// A cursor whose text the store did not write.
public struct InvalidCursor: Error {
    public init() {}
}
