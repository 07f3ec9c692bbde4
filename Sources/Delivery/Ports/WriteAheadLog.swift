/// How far the write-ahead log has been copied into the database, as a checkpoint found it.
public struct WriteAheadLog: Sendable, Equatable {
    /// Pages in the log, those that were copied included.
    public var pages: Int
    /// Of `pages`, how many are in the database; a reader of an older state keeps the others from being copied.
    public var copiedPages: Int
    public var pageBytes: Int

    public init(pages: Int, copiedPages: Int, pageBytes: Int) {
        self.pages = pages
        self.copiedPages = copiedPages
        self.pageBytes = pageBytes
    }

    public var bytes: Int { pages * pageBytes }
}
