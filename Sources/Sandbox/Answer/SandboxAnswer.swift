/// An answer before faults are applied and before it is sent. The idempotency cache keeps answers in this form.
struct SandboxAnswer: Sendable, Equatable {
    var status: Int
    var requestID: String
    var contentType: String?
    var body: [UInt8] = []
    /// The problem document of a refusal. It replaces `body` and is written when the answer is sent.
    var problem: SandboxProblem?
    var retryAfterSeconds: Int64?
    var location: String?
    var isReplayed = false
    /// Whether the connection was closed before the request was processed.
    var isLost = false

    /// An answer with a JSON body.
    static func json(_ status: Int, _ text: String, of run: SandboxRun) -> SandboxAnswer {
        SandboxAnswer(status: status, requestID: run.requestID, contentType: "application/json", body: Array(text.utf8))
    }

    /// An HTML page, as gateways and proxies send it.
    static func page(_ status: Int, _ title: String, of run: SandboxRun) -> SandboxAnswer {
        let heading = "\(status) \(title)"
        let html = "<html><head><title>\(heading)</title></head><body><h1>\(heading)</h1></body></html>\n"
        return SandboxAnswer(status: status, requestID: run.requestID, contentType: "text/html", body: Array(html.utf8))
    }

    /// The answer of a request whose connection was closed before it was processed.
    static func lost(_ run: SandboxRun) -> SandboxAnswer {
        SandboxAnswer(status: 0, requestID: run.requestID, isLost: true)
    }

    /// A 429 answer. The wait is rounded up to whole seconds.
    static func rateLimited(afterMilliseconds wait: Int64, of run: SandboxRun) -> SandboxAnswer {
        var answer = SandboxAnswer(SandboxProblem(429, "rate_limited", "Too many requests."), of: run)
        answer.retryAfterSeconds = (wait + 999) / 1000
        return answer
    }

    /// A server error, as a problem document for 500 and 503 and as HTML otherwise.
    static func failure(_ status: Int, _ isHTML: Bool, of run: SandboxRun) -> SandboxAnswer {
        switch (status, isHTML) {
        case (500, false):
            SandboxAnswer(SandboxProblem(500, "internal_error", "Something went wrong on our side."), of: run)
        case (503, false):
            SandboxAnswer(SandboxProblem(503, "service_unavailable", "The service is unavailable."), of: run)
        default: .page(status, "Error", of: run)
        }
    }

    static func redirect(_ faults: SandboxFaults, of run: SandboxRun) -> SandboxAnswer {
        var answer = SandboxAnswer.page(faults.redirectStatus, "Moved", of: run)
        answer.location = faults.redirectLocation
        return answer
    }

    var code: String? { problem?.code }

    /// The same answer, marked as replayed from the idempotency cache.
    func replayed() -> SandboxAnswer {
        var answer = self
        answer.isReplayed = true
        return answer
    }
}

extension SandboxAnswer {
    init(_ problem: SandboxProblem, of run: SandboxRun) {
        self.init(
            status: problem.status, requestID: run.requestID, contentType: "application/problem+json",
            problem: problem)
    }

    /// The reply as it is sent: with the headers, the body form and the delay that the faults define.
    func reply(
        wire: SandboxWire, faults: SandboxFaults, rateHeaders: [SandboxReply.Header], records: [SandboxRecord]
    ) -> SandboxReply {
        var headers: [SandboxReply.Header] = []
        func add(_ name: String, _ value: String?) {
            if let value { headers.append(.init(name, value)) }
        }
        add("content-type", contentType)
        add("x-request-id", faults.omitsRequestID ? nil : requestID)
        add("idempotent-replayed", isReplayed && !faults.stripsReplayHeader ? "true" : nil)
        add("retry-after", retryAfter(faults))
        add("location", location)
        add("content-encoding", faults.bodyForm == .gzip ? "gzip" : nil)
        let document = problem?.json(requestID: requestID, hasNumericCode: faults.numericCodes)
        let plain = document.map { Array($0.utf8) } ?? body
        return SandboxReply(
            status: status, headers: headers + rateHeaders,
            body: faults.bodyForm == .gzip ? Gzip.stored(plain) : plain, wire: wire, bodyForm: faults.bodyForm,
            delayMilliseconds: faults.delayAfterEffectMilliseconds, records: records)
    }

    private func retryAfter(_ faults: SandboxFaults) -> String? {
        guard retryAfterSeconds != nil || status == 503 else { return nil }
        return faults.retryAfter ?? retryAfterSeconds.map { String($0) }
    }
}
