/// A change to the stored pauses. A scope has at most one pause of each cause.
public enum PauseChange: Sendable {
    /// Adds the pause, or replaces the one with the same scope and cause.
    case put(Pause)
    /// Removes the pause with this scope and cause, if there is one.
    case remove(Pause.Scope, cause: PauseCause)
}
