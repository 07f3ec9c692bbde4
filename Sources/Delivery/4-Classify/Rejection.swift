/// Why the API rejected one user or a whole request: its code and its message.
///
/// Both texts are clipped, because they come from outside.
public struct Rejection: Sendable, Equatable {
    public var code: String
    public var message: String

    public init(code: String, message: String) {
        self.code = code.clipped(toBytes: Self.codeBytesMax)
        self.message = message.clipped(toBytes: Self.messageBytesMax)
    }

    /// The codes after which a later request can succeed. Every other code is permanent, unknown codes included.
    public static let retryableCodes: Set<String> = [
        "resource_missing", "rate_limited", "internal_error", "service_unavailable",
    ]

    public var isRetryable: Bool { Self.retryableCodes.contains(code) }

    /// The longest code in bytes, which is longer than any code of the catalogue. Codes become causes of pauses, columns
    /// and labels.
    static let codeBytesMax = 100
    /// The longest message in bytes.
    static let messageBytesMax = 1000
}
