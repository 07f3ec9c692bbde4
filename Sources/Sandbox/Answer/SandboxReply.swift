/// What the stand-in does about a request.
public struct SandboxReply: Sendable, Equatable {
    public struct Header: Sendable, Equatable {
        /// Lower-cased.
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The status, also when `wire` keeps it from the caller; 0 when the request was dropped before all effect.
    public var status: Int
    public var headers: [Header]
    public var body: [UInt8]
    public var wire: SandboxWire
    public var bodyForm: SandboxBodyForm
    /// How long to hold the reply back.
    public var delayMilliseconds: Int
    /// The lines the log must hold before the reply leaves.
    public var records: [SandboxRecord]

    public func header(_ name: String) -> String? {
        headers.first { $0.name == name }?.value
    }

    /// The body as text, undecodable bytes replaced.
    public var text: String { String(decoding: body, as: UTF8.self) }
}

/// What the caller gets to see on the wire.
public enum SandboxWire: String, Sendable, Codable {
    /// The reply leaves.
    case answer
    /// The connection closes without an answer, and the request had no effect.
    case dropBeforeEffect = "dropped_before_effect"
    /// The connection closes without an answer, though the request was carried out or replayed.
    case dropAfterEffect = "dropped_after_effect"
}

/// How an answer's body leaves.
public enum SandboxBodyForm: String, Sendable, Codable, CaseIterable {
    case whole
    /// Fewer bytes than `Content-Length` announces, then the connection closes.
    case truncated
    /// Bytes without end; the stand-in gives up after 1 GiB.
    case endless
    /// Half of the body, then nothing while the connection stays open; the stand-in gives up after ten minutes.
    case stalled
    /// Gzip with `Content-Encoding: gzip`, whatever the client accepts.
    case gzip
}
