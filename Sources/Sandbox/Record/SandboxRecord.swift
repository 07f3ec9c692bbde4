/// One line of the append-only log.
///
/// `sequence` is 1 for the first record and one more for each after it. The effects of a request stand before it,
/// and are in the file before its answer leaves; a request answered from the cache has none.
public enum SandboxRecord: Sendable, Equatable {
    case request(SandboxRequestRecord)
    case effect(SandboxEffect)

    public var sequence: Int64 {
        switch self {
        case .request(let record): record.sequence
        case .effect(let effect): effect.sequence
        }
    }

    /// The record as one JSON object, without the line feed that ends it in the file.
    public var line: String {
        switch self {
        case .request(let record): record.json
        case .effect(let effect): effect.json
        }
    }
}
