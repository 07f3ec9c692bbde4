/// Reads small files whole.
public protocol FileReading: Sendable {
    /// Reads a regular file, following symbolic links.
    ///
    /// Never returns more than `bytesMax` bytes: a longer file throws `tooLarge`.
    func read(_ path: String, bytesMax: Int) throws(FileReadingError) -> FileContents
}

/// A file's bytes and who may read it.
public struct FileContents: Sendable {
    public let bytes: [UInt8]
    /// The permission bits, as in `0o640`.
    public let permissions: UInt32

    public init(bytes: [UInt8], permissions: UInt32) {
        self.bytes = bytes
        self.permissions = permissions
    }
}
