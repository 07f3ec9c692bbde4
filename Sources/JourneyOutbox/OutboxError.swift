/// What the outbox refused, and why.
///
/// Two errors are equal when their codes are: catch by `errorCode`, show `message`. What SQLite itself reports (a busy
/// database, a full disk) is thrown as GRDB's `DatabaseError`, not as this.
public struct OutboxError: Error, Sendable {
    /// What kind of refusal it is. More may be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The intent breaks one of the outbox's rules; the message names the column and the rule.
        public static let intentRefused = Code("intent_refused")
        /// The intent is being sent or may have been entered, and can no longer be cancelled.
        public static let cancelRefused = Code("cancel_refused")
        /// A value could not be written as JSON.
        public static let notEncodable = Code("not_encodable")
        /// The database has an object of the outbox's name that the outbox's migrations did not make.
        public static let schemaClash = Code("schema_clash")
        /// A migration was applied in part.
        public static let schemaIncomplete = Code("schema_incomplete")
        /// A newer journey-outbox has migrated this database.
        public static let schemaNewer = Code("schema_newer")

        /// The database keeps its texts as UTF-16, in which every intent would be refused.
        public static let databaseEncoding = Code("database_encoding")

        /// The code as it is written in logs.
        public let description: String

        private init(_ description: String) {
            self.description = description
        }
    }

    /// What kind of refusal this is.
    public let errorCode: Code
    /// One sentence for a person; for a refused intent, the database's own.
    public let message: String

    /// An error of a kind, with its sentence.
    public init(_ errorCode: Code, _ message: String) {
        self.errorCode = errorCode
        self.message = message
    }
}

extension OutboxError: Equatable {
    public static func == (left: OutboxError, right: OutboxError) -> Bool {
        left.errorCode == right.errorCode
    }
}

extension OutboxError: CustomStringConvertible {
    public var description: String {
        "\(errorCode): \(message)"
    }
}
