/// What came back for a request, before anyone has judged it.
public enum Answer: Sendable, Equatable {
    case response(Response)
    /// Proof that no byte of the request left: the connection could not be made.
    case notSent(reason: String)
    /// A byte may have left and nothing usable came back: a timeout, a reset, a closed connection.
    case silence(reason: String)
}
