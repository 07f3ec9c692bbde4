import Sandbox

/// An answer as the API gives it, before anything between the API and the worker changes it.
struct APIAnswer: Sendable, Equatable {
    var status: Int
    var contentType = ""
    var requestID: String?
    var retryAfter: String?
    var isReplayed = false
    var body: [UInt8] = []
    /// The stable code of a refusal.
    var code: String?
    /// Whether a 2xx lets a reader know what became of each user, by the documents.
    var isProvable = true
    var rateHeaders: [String: Int] = [:]

    init(_ reply: SandboxReply) {
        status = reply.status
        contentType = reply.header("content-type") ?? ""
        requestID = reply.header("x-request-id")
        retryAfter = reply.header("retry-after")
        body = reply.body
        code = reply.records.lazy.compactMap { if case .request(let request) = $0 { request.code } else { nil } }.first
        for name in ["limit", "remaining", "reset"] {
            rateHeaders[name] = reply.header("x-ratelimit-\(name)").flatMap { Int($0) }
        }
    }

    /// A problem document of the API.
    init(status: Int, code: String, requestID: String, retryAfter: String? = nil) {
        self.status = status
        self.code = code
        contentType = "application/problem+json"
        self.requestID = requestID
        self.retryAfter = retryAfter
        let text =
            "{\"status\":\"error\",\"code\":\"\(code)\",\"title\":\"\(code)\",\"message\":\"\(code)\",\"request_id\":\"\(requestID)\"}"
        body = Array(text.utf8)
    }

    func replayed() -> APIAnswer {
        var answer = self
        answer.isReplayed = true
        return answer
    }
}
