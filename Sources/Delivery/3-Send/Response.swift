/// A response as far as it was read; nothing here is trusted.
public struct Response: Sendable, Equatable {
    /// What `GET /journeys/{id}` said of the journey, asked where an answer alone leaves open whom it concerns.
    public enum JourneyReading: String, Sendable, Equatable {
        case live
        case notLive
        case missing
        /// The key may not ask.
        case forbidden
        /// No usable answer.
        case unreadable
    }

    public var status: Int
    public var contentType: String
    public var requestID: String?
    /// The `Retry-After` header as it came.
    public var retryAfter: String?
    /// Whether the header `Idempotent-Replayed: true` was there.
    public var isReplayed: Bool
    /// The `Date` header as it came.
    public var date: String?
    public var rate: RateHeaders?
    public var body: [UInt8]
    /// False when the body was cut off: the limit was reached or the connection closed too soon.
    public var isComplete: Bool
    public var journey: JourneyReading?

    /// Whether it is the API's: a page or a challenge of an edge carries neither JSON nor a request id.
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

/// What the API says of its own limits in `X-RateLimit-*`.
public struct RateHeaders: Sendable, Equatable {
    public var limit: Int
    public var remaining: Int
    public var resetSeconds: Double

    public init(limit: Int, remaining: Int, resetSeconds: Double) {
        self.limit = limit
        self.remaining = remaining
        self.resetSeconds = resetSeconds
    }
}
