/// A whole request, fixed before its first byte leaves: the same key and bytes for as long as it may have run.
public struct FrozenRequest: Sendable {
    public var key: String
    public var body: [UInt8]
    public var bodySHA256: String
    public var members: MemberList
    public var size: Int
    public var firstID: Int64
    public var lastID: Int64
    public var traceparent: String?
}
