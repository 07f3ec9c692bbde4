/// Why the worker itself will not send a row: it would spoil the request of everyone beside it.
public enum Unsendable: String, Sendable, Error, CaseIterable {
    case invalidUTF8 = "unsendable_invalid_utf8"
    case invalidJSON = "unsendable_invalid_json"
    case tooDeep = "unsendable_too_deep"
    case duplicateKey = "unsendable_duplicate_key"
    case numberOutOfRange = "unsendable_number_out_of_range"
    /// Its `expires_at` has passed; checked whenever it would get a new key.
    case expired = "expired"
    case externalIDMissing = "unsendable_external_id_missing"

    init(_ defect: JSONDefect) {
        switch defect {
        case .invalidUTF8: self = .invalidUTF8
        case .invalidJSON: self = .invalidJSON
        case .tooDeep: self = .tooDeep
        case .duplicateKey: self = .duplicateKey
        case .numberOutOfRange: self = .numberOutOfRange
        }
    }

    /// What tells the operator who finds the row among the dead letters.
    public var message: String {
        switch self {
        case .invalidUTF8: "a text of this row is not valid UTF-8"
        case .invalidJSON: "profile or data is not a JSON object"
        case .tooDeep: "profile or data is nested deeper than \(JSONCheck.depthMax) levels"
        case .duplicateKey: "profile or data names the same key twice in one object"
        case .numberOutOfRange: "profile or data holds a number beyond the range of a double"
        case .expired: "expires_at passed before it could be sent"
        case .externalIDMissing: "this journey enters one user per request and needs an external_id"
        }
    }
}
