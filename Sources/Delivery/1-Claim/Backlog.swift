/// What is left to claim of a journey after a claim.
public enum Backlog: Sendable, Equatable {
    /// Another batch can be claimed at once.
    case more
    /// Nothing is due before the next commit or the next due time.
    case empty
    /// A batch that is not full waits for further intents until `readyAt`.
    case partial(readyAt: WallTime)
}
