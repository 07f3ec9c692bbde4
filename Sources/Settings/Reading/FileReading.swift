/// A reader of whole small files: the loader opens none itself.
public protocol FileReading: Sendable {
    /// Reads a regular file. Symbolic links are followed.
    ///
    /// - Parameters:
    ///   - path: an absolute path.
    ///   - bytesMax: the longest file to read, in bytes.
    /// - Throws: `FileReadingError`; `tooLarge` for a file with more than `bytesMax` bytes.
    func read(_ path: String, bytesMax: Int) throws(FileReadingError) -> FileContents
}

/// The bytes and the permissions of a file.
public struct FileContents: Sendable {
    public let bytes: [UInt8]
    /// The permission bits, such as `0o640`.
    public let permissions: UInt32

    public init(bytes: [UInt8], permissions: UInt32) {
        self.bytes = bytes
        self.permissions = permissions
    }
}

/// The reason why a file could not be read.
public enum FileReadingError: Error, Sendable, Equatable {
    case missing
    case notAFile
    /// The bytes are not UTF-8.
    case notText
    case tooLarge(bytesMax: Int)
    /// A system call failed, for example because of missing permission.
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
