/// A limit for the number of requests in a sliding window.
public struct SandboxRateLimit: Sendable, Equatable, Codable {
    /// The requests that a window counts together.
    public enum WindowScope: String, Sendable, Codable {
        /// All requests of one source address, regardless of their answers. The sandbox has a single source address.
        case address
        /// All authenticated writes with one API key.
        case apiKey = "api_key"
    }

    public var requestsMax: Int
    public var windowMilliseconds: Int64
    public var scope: WindowScope
    /// The tier in the `X-RateLimit-*` headers of successful answers. Without a tier, these headers are not sent.
    public var tier: String?

    public init(requestsMax: Int, windowMilliseconds: Int64, scope: WindowScope = .address, tier: String? = nil) {
        self.requestsMax = max(1, requestsMax)
        self.windowMilliseconds = max(1, windowMilliseconds)
        self.scope = scope
        self.tier = tier
    }

    /// The current limits of the API's gateway: 1,000 requests per 10 s and 8,000 requests per minute.
    public static let edge = [
        SandboxRateLimit(requestsMax: 1000, windowMilliseconds: 10_000),
        SandboxRateLimit(requestsMax: 8000, windowMilliseconds: 60_000),
    ]

    /// The announced limits for each API key, without their burst allowance.
    public static let starter = SandboxRateLimit(
        requestsMax: 1000, windowMilliseconds: 10_000, scope: .apiKey, tier: "starter")
    public static let professional = SandboxRateLimit(
        requestsMax: 5000, windowMilliseconds: 10_000, scope: .apiKey, tier: "professional")
    public static let enterprise = SandboxRateLimit(
        requestsMax: 25_000, windowMilliseconds: 10_000, scope: .apiKey, tier: "enterprise")

    enum CodingKeys: String, CodingKey {
        case scope, tier
        case requestsMax = "requests_max"
        case windowMilliseconds = "window_ms"
    }
}
