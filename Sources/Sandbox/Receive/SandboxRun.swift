/// A request that passed all checks and has not had its effect yet. Its idempotency key is in progress.
///
/// It must be passed to `SandboxModel.finish` exactly once. Without it, the key stays in progress without end.
public struct SandboxRun: Sendable {
    public let request: SandboxRequest
    public let requestID: String
    /// The delay before the effect, as the faults define it.
    public internal(set) var delayMilliseconds = 0

    let route: Route
    let bodyDigest: String
    let trigger: Result<TriggerBody, SandboxProblem>?
    var apiKey: String?
    var cacheName: IdempotencyCache.Name?

    init(_ request: SandboxRequest, requestID: String) {
        self.request = request
        self.requestID = requestID
        route = Route(method: request.method, path: request.path)
        bodyDigest = Digest.sha256(request.body)
        trigger = route.isTrigger ? Result { () throws(SandboxProblem) in try TriggerBody(request.body) } : nil
    }

    var idempotencyKey: String? { request.headers["idempotency-key"] }

    /// The users of the body; empty when the body could not be read.
    var entries: [TriggerEntry] {
        if case .success(let body) = trigger { body.entries } else { [] }
    }
}

/// The result of checking a request at its arrival.
public enum SandboxArrival: Sendable {
    /// The request was answered without an effect: it was refused, replayed, or a probe.
    case answered(SandboxReply)
    /// The request is in progress, and `finish` executes it.
    case running(SandboxRun)
}
