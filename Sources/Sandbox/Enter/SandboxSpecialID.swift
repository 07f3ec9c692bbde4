/// The special answers for users whose `external_id` begins with a known word.
///
/// | `external_id` | meaning |
/// |---|---|
/// | `reject-permanent…` | rejected each time with `parameter_invalid_format` |
/// | `reject-unknown…` | rejected each time with a code that no catalogue lists |
/// | `reject-twice…` | rejected with `resource_missing` the first two times seen, then accepted |
/// | `reject-always…` | rejected each time with `resource_missing` |
/// | `poison-422…` | the whole request is refused: 422 naming `users[i].external_id` |
/// | `poison-400…` | the whole request is refused: 400 naming nothing |
/// | `poison-413…` | an edge refuses the whole request: 413 with an HTML body |
/// | `poison-403-html…` | an edge refuses the whole request: 403 with an HTML body |
/// | `poison-500…` | the whole request fails each time without effect: 500 `internal_error` |
///
/// In the entrance shape, a rejection is the answer of the whole request: 400, 422 or 404 with the same code. Only
/// executed requests count for `reject-twice`, and replays do not.
public enum SandboxSpecialID: String, Sendable, CaseIterable {
    case rejectPermanent = "reject-permanent"
    case rejectUnknown = "reject-unknown"
    case rejectTwice = "reject-twice"
    case rejectAlways = "reject-always"
    case poison422 = "poison-422"
    case poison400 = "poison-400"
    case poison413 = "poison-413"
    case poison403HTML = "poison-403-html"
    case poison500 = "poison-500"

    /// Every pattern with its meaning, for the help text.
    public static let table: [(pattern: String, meaning: String)] = allCases.map { ($0.rawValue + "…", $0.meaning) }

    public init?(externalID: String) {
        guard externalID.hasPrefix("reject-") || externalID.hasPrefix("poison-") else { return nil }
        let found = SandboxSpecialID.allCases.first { externalID.hasPrefix($0.rawValue) }
        guard let found else { return nil }
        self = found
    }

    public var meaning: String {
        switch self {
        case .rejectPermanent: "rejected each time with parameter_invalid_format"
        case .rejectUnknown: "rejected each time with a code that no catalogue lists"
        case .rejectTwice: "rejected with resource_missing the first two times seen, then accepted"
        case .rejectAlways: "rejected each time with resource_missing"
        case .poison422: "the whole request is refused: 422 naming users[i].external_id"
        case .poison400: "the whole request is refused: 400 naming nothing"
        case .poison413: "an edge refuses the whole request: 413 with an HTML body"
        case .poison403HTML: "an edge refuses the whole request: 403 with an HTML body"
        case .poison500: "the whole request fails each time without effect: 500 internal_error"
        }
    }
}
