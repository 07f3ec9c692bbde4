/// A response, as far as it was read. None of its fields is trusted.
public struct Response: Sendable, Equatable {
    /// The status of a journey as `GET /journeys/{id}` has shown it.
    ///
    /// It is read when an answer alone does not tell whether it concerns the journey or a contact.
    public enum JourneyReading: String, Sendable, Equatable {
        case live
        case notLive
        case missing
        /// The API key may not read journeys.
        case forbidden
        /// There was no usable answer.
        case unreadable
    }

    public var status: Int
    public var contentType: String
    /// The request id that the API gave; nil when there was none.
    public var requestID: String?
    /// The header `Retry-After` as received.
    public var retryAfter: String?
    /// Whether the header `Idempotent-Replayed: true` was present.
    public var isReplayed: Bool
    /// The header `Date` as received.
    public var date: String?
    public var rate: RateHeaders?
    public var body: [UInt8]
    /// Whether the body was read to its end; false when the limit was reached or the connection was closed too early.
    public var isComplete: Bool
    /// The status of the journey, once it was read for this response.
    public var journey: JourneyReading?

    /// Whether the response has a mark of the API: JSON, a request id or a replay. A page of a proxy in front of the API
    /// has none.
    var isMarked: Bool { contentType.contains("json") || requestID != nil || isReplayed }

    public init(
        status: Int, contentType: String = "", requestID: String? = nil, retryAfter: String? = nil,
        isReplayed: Bool = false, date: String? = nil, rate: RateHeaders? = nil, body: [UInt8] = [],
        isComplete: Bool = true, journey: JourneyReading? = nil
    ) {
        self.status = status
        self.contentType = contentType
        self.requestID = requestID
        self.retryAfter = retryAfter
        self.isReplayed = isReplayed
        self.date = date
        self.rate = rate
        self.body = body
        self.isComplete = isComplete
        self.journey = journey
    }
}

/// The rate limit that the API announces in the headers `X-RateLimit-*`.
public struct RateHeaders: Sendable, Equatable {
    /// How many requests the window allows.
    public var limit: Int
    /// How many requests the window has left.
    public var remaining: Int
    /// The time until the window is reset, in seconds.
    public var resetSeconds: Double

    public init(limit: Int, remaining: Int, resetSeconds: Double) {
        self.limit = limit
        self.remaining = remaining
        self.resetSeconds = resetSeconds
    }
}
