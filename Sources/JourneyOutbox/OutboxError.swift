/// An error for an operation that the outbox refused.
///
/// Two errors are equal when their codes are equal. Use `errorCode` to distinguish errors and `message` to show them.
/// Errors of SQLite (a busy database, a full disk) are thrown as GRDB's `DatabaseError` instead.
public struct OutboxError: Error, Sendable {
    /// The kind of an error. Later versions may add more.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The intent breaks one of the outbox's rules; the message names the column and the rule.
        public static let intentRefused = Code("intent_refused")
        /// The intent is being sent or may have been executed, and can no longer be cancelled.
        public static let cancelRefused = Code("cancel_refused")
        /// A value could not be encoded as JSON.
        public static let notEncodable = Code("not_encodable")
        /// The database has an object with a name of the outbox that the outbox's migrations did not create.
        public static let schemaClash = Code("schema_clash")
        /// A migration was applied partly.
        public static let schemaIncomplete = Code("schema_incomplete")
        /// A newer version of journey-outbox has migrated this database.
        public static let schemaNewer = Code("schema_newer")

        /// The database stores text as UTF-16, in which every intent would be refused.
        public static let databaseEncoding = Code("database_encoding")

        /// The code as it appears in logs.
        public let description: String

        private init(_ description: String) {
            self.description = description
        }
    }

    /// The kind of this error.
    public let errorCode: Code
    /// One sentence for an operator. For a refused intent, it is the sentence of the database.
    public let message: String

    /// Creates an error.
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
