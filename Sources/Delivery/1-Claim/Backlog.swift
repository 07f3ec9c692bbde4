/// What a journey has left after a claim.
public enum Backlog: Sendable, Equatable {
    /// More can be claimed at once.
    case more
    /// Nothing is due; a commit or a due time will say when.
    case empty
    /// A partial batch waits for company until then.
    case partial(readyAt: WallTime)
}
