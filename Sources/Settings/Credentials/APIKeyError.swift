/// The reason why an API key could not be read. It never contains a part of the key.
public struct APIKeyError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it was.
    public struct Code: Sendable, Hashable {
        private enum Kind: Hashable {
            case unreadable
            case missing
            case unusable
        }

        private let kind: Kind

        /// The file cannot be read. A later read may succeed.
        public static let unreadable = Code(kind: .unreadable)
        /// The file or variable does not exist.
        public static let missing = Code(kind: .missing)
        /// The text that was read is not a secret key.
        public static let unusable = Code(kind: .unusable)
    }

    public let code: Code
    /// The file or variable; empty for a key that was given as text.
    public var source = ""
    private let complaint: Complaint

    static func unusable(_ complaint: Complaint) -> APIKeyError {
        APIKeyError(code: .unusable, complaint: complaint)
    }

    private init(code: Code, source: String = "", complaint: Complaint) {
        self.code = code
        self.source = source
        self.complaint = complaint
    }

    init(_ error: FileReadingError, path: String) {
        let code: Code =
            switch error {
            case .missing: .missing
            case .unreadable: .unreadable
            case .notAFile, .notText, .tooLarge: .unusable
            }
        self.init(code: code, source: path, complaint: error.complaint)
    }

    /// An error for an environment variable that is not set.
    init(unset variable: String) {
        let remedy = "set it, or api.key_file to a file with a secret key (sk_…)"
        self.init(code: .missing, source: variable, complaint: Complaint("is not set", remedy))
    }

    /// The error on one line: `source: API key: what is wrong; what to do`.
    public var description: String {
        let prefix = source.isEmpty ? "" : "\(source): "
        return "\(prefix)API key: \(complaint.fault); \(complaint.remedy)"
    }
}
