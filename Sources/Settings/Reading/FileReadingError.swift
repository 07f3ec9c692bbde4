/// Why a file could not be read.
public enum FileReadingError: Error, Sendable, Equatable {
    case missing
    case notAFile
    /// The bytes are not UTF-8.
    case notText
    case tooLarge(bytesMax: Int)
    /// The system refused, for example for want of permission.
    case unreadable(reason: String)

    /// What is wrong, and what to do.
    var complaint: Complaint {
        switch self {
        case .missing: Complaint("there is no such file", "create it or name another")
        case .notAFile: Complaint("is not a regular file", "name a file")
        case .notText: Complaint("is not UTF-8 text", "save it as UTF-8")
        case .tooLarge(let bytesMax):
            Complaint("is longer than \(ByteText.format(bytesMax))", "shorten it or name another")
        case .unreadable(let reason): Complaint("cannot be read (\(reason))", "let this user read it")
        }
    }
}
