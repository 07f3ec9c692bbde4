/// A request that has been let in and has not taken effect yet: its idempotency key is in progress.
///
/// Hand it to `SandboxModel.finish` once. A run that is never finished keeps its key in progress for ever.
public struct SandboxRun: Sendable {
    public let request: SandboxRequest
    public let requestID: String
    /// How long the call takes before it has its effect, as the faults say.
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

    /// The users of the body as far as it could be read.
    var entries: [TriggerEntry] {
        if case .success(let body) = trigger { body.entries } else { [] }
    }
}

/// What a request comes to when it arrives.
public enum SandboxArrival: Sendable {
    /// It was answered at once, without an effect of its own: refused, replayed or a probe.
    case answered(SandboxReply)
    /// It was let in; the effect comes with `finish`.
    case running(SandboxRun)
}
