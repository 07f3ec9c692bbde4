import Delivery

/// The store of a worker, with what the service around the worker needs of it.
public protocol WorkerStore: OutboxStore {
    /// Reports commits by other connections.
    func commitSource() -> any CommitSource

    /// Closes the connection after the worker has ended. The store must not be used afterwards.
    ///
    /// With SQLite, the last connection moves the whole log into the database: the file is then complete by itself.
    func close() throws
}
