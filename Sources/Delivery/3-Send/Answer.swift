/// The result of sending a request once, before it is classified.
public enum Answer: Sendable, Equatable {
    case response(Response)
    /// No byte of the request left: the connection could not be made. The attempt had no effect.
    case notSent(reason: String)
    /// A byte may have left, and no usable response came back: a timeout, a reset, a closed connection. The request was
    /// possibly executed.
    case silence(reason: String)
}
