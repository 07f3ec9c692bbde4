/// A complete request before it is stored as a batch.
///
/// Its key and its bytes never change, for as long as the request is possibly executed.
public struct FrozenRequest: Sendable {
    public var key: String
    public var body: [UInt8]
    public var bodySHA256: String
    public var members: MemberList
    /// How many members the request has; at least 1.
    public var size: Int
    public var firstID: Int64
    public var lastID: Int64
    public var traceparent: String?
}
