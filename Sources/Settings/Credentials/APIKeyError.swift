/// Why there is no API key, without any part of it.
public struct APIKeyError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it was.
    public struct Code: Sendable, Hashable {
        private enum Kind: Hashable {
            case unreadable
            case missing
            case unusable
        }

        private let kind: Kind

        /// The file cannot be read: trying again later may help.
        public static let unreadable = Code(kind: .unreadable)
        /// There is no such file or variable.
        public static let missing = Code(kind: .missing)
        /// What was read is not a secret key.
        public static let unusable = Code(kind: .unusable)
    }

    public let code: Code
    /// The file or variable read; empty for a key given as text.
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

    /// The variable is not set, and nothing else names a key.
    init(unset variable: String) {
        let remedy = "set it, or api.key_file to a file with a secret key (sk_…)"
        self.init(code: .missing, source: variable, complaint: Complaint("is not set", remedy))
    }

    /// `source: API key: what is wrong; what to do`.
    public var description: String {
        let prefix = source.isEmpty ? "" : "\(source): "
        return "\(prefix)API key: \(complaint.fault); \(complaint.remedy)"
    }
}
