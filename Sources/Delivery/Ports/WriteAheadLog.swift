/// The state of the write-ahead log after a checkpoint.
///
/// Source: PRAGMA wal_checkpoint, sqlite.org/pragma.html.
public struct WriteAheadLog: Sendable, Equatable {
    /// How many pages the log has.
    public var pages: Int
    /// How many of `pages` are copied into the database. A reader of an older state keeps the others from being copied.
    public var copiedPages: Int
    /// The size of a page in bytes.
    public var pageBytes: Int

    public init(pages: Int, copiedPages: Int, pageBytes: Int) {
        self.pages = pages
        self.copiedPages = copiedPages
        self.pageBytes = pageBytes
    }

    /// The size of the log in bytes.
    public var bytes: Int { pages * pageBytes }
}
