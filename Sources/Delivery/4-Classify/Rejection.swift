/// Why the API refused one user, in its own words.
public struct Rejection: Sendable, Equatable {
    public var code: String
    public var message: String

    public init(code: String, message: String) {
        self.code = code
        self.message = Self.clipped(message)
    }

    /// Codes that may pass with time; every other code, an unknown one too, is permanent.
    public static let retryableCodes: Set<String> = [
        "resource_missing", "rate_limited", "internal_error", "service_unavailable",
    ]

    public var isRetryable: Bool { Self.retryableCodes.contains(code) || planted(.rejectedRetried) }

    /// Messages are kept for people, and bounded.
    static let messageBytesMax = 1000

    static func clipped(_ text: String) -> String {
        text.utf8.count <= messageBytesMax ? text : String(decoding: text.utf8.prefix(messageBytesMax), as: UTF8.self)
    }
}
