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
