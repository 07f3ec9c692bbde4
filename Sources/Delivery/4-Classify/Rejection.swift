/// Why the API refused one user, in its own words.
public struct Rejection: Sendable, Equatable {
    public var code: String
    public var message: String

    public init(code: String, message: String) {
        self.code = code.clipped(toBytes: Self.codeBytesMax)
        self.message = message.clipped(toBytes: Self.messageBytesMax)
    }

    /// Codes that may pass with time; every other code, an unknown one too, is permanent.
    public static let retryableCodes: Set<String> = [
        "resource_missing", "rate_limited", "internal_error", "service_unavailable",
    ]

    public var isRetryable: Bool { Self.retryableCodes.contains(code) }

    /// Longer than any code of the catalogue; codes become causes, columns and labels.
    static let codeBytesMax = 100
    /// Messages are kept for people.
    static let messageBytesMax = 1000
}
