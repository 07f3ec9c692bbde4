import Delivery

/// The conditions that select intents. A condition that is nil selects every intent.
public struct IntentFilter: Sendable, Equatable {
    /// The selected states; every unfinished, dead or cancelled intent has one of them.
    public var states: Set<IntentState>
    public var journey: String?
    /// Equal to the external id, the anonymous id or the email.
    public var contact: String?
    /// The code of the last refusal.
    public var code: String?
    /// Unchanged since this time; for an intent that is still in the outbox, committed before it.
    public var before: WallTime?

    public init(
        states: Set<IntentState> = Set(IntentState.allCases), journey: String? = nil, contact: String? = nil,
        code: String? = nil, before: WallTime? = nil
    ) {
        self.states = states
        self.journey = journey
        self.contact = contact
        self.code = code
        self.before = before
    }
}
