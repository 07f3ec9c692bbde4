/// A change to the stored pauses.
public enum PauseChange: Sendable {
    case put(Pause)
    case remove(Pause.Scope, cause: String)
}
