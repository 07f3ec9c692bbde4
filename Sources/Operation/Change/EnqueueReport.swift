/// What an insert of intents committed.
public struct EnqueueReport: Sendable, Equatable {
    public var ids: [Int64]
    /// Intents whose dedup key their journey already has. Nothing was inserted for them.
    public var duplicates: Int

    public init(ids: [Int64] = [], duplicates: Int = 0) {
        self.ids = ids
        self.duplicates = duplicates
    }
}

/// An intent that the outbox refused. Because of it, none of the intents of the same call was inserted.
public struct EnqueueRefusal: Error, Equatable {
    /// The index of the intent among those of the call.
    public let index: Int
    /// The sentence of the guard that refused it.
    public let message: String

    public init(index: Int, message: String) {
        self.index = index
        self.message = message
    }
}
