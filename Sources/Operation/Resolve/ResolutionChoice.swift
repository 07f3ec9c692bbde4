/// An operator's decision about intents in doubt.
public enum ResolutionChoice: String, Sendable, CaseIterable {
    /// The API has entered them.
    case delivered
    /// They are sent again under a new key. A contact that was entered before is then entered twice.
    case resend
}

/// The intents in doubt that a decision is about.
public enum ResolutionSelection: Sendable, Equatable {
    case intents([Int64])
    /// All members of one batch.
    case batch(Int64)
    case journey(String)
    case all
}
