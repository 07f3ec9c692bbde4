/// The reply of the sandbox to one request.
public struct SandboxReply: Sendable, Equatable {
    public struct Header: Sendable, Equatable {
        /// The name in lower case.
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The status, also when `wire` drops the reply; 0 when the request was dropped before its effect.
    public var status: Int
    public var headers: [Header]
    public var body: [UInt8]
    public var wire: SandboxWire
    public var bodyForm: SandboxBodyForm
    /// How long the reply is delayed.
    public var delayMilliseconds: Int
    /// The records that must be in the log before the reply is sent.
    public var records: [SandboxRecord]

    /// The value of the first header with this lower-case name.
    public func header(_ name: String) -> String? {
        headers.first { $0.name == name }?.value
    }

    /// The body as text. Invalid UTF-8 is replaced by U+FFFD.
    public var text: String { String(decoding: body, as: UTF8.self) }
}

/// What is sent over the connection.
public enum SandboxWire: String, Sendable, Codable {
    /// The reply is sent.
    case answer
    /// The connection is closed without an answer, and the request had no effect.
    case dropBeforeEffect = "dropped_before_effect"
    /// The connection is closed without an answer, although the request was executed or replayed.
    case dropAfterEffect = "dropped_after_effect"
}

/// The form in which the body of an answer is sent.
public enum SandboxBodyForm: String, Sendable, Codable, CaseIterable {
    /// The complete body.
    case whole
    /// Fewer bytes than `Content-Length` announces; then the connection is closed.
    case truncated
    /// Bytes without end. The sandbox stops after 1 GiB.
    case endless
    /// Half of the body, and then nothing on the open connection. The sandbox closes it after ten minutes.
    case stalled
    /// Gzip with `Content-Encoding: gzip`, regardless of the request's `Accept-Encoding`.
    case gzip
}
