/// An operator's decision about intents whose delivery nothing proves, when a database is adopted.
public enum AdoptionChoice: String, Sendable {
    case deliver
    /// They become dead letters with the code `discarded`.
    case discard
}
