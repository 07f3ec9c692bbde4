/// The part of `doctor` that depends on the database engine. No check changes anything.
public protocol EngineChecks: Sendable {
    /// The check that fails where there is no database; nil where there is one.
    var missingDatabase: Check? { get }

    /// Checks of the database's files and locks.
    ///
    /// To be called while this process has no connection to the database: with SQLite, reading the lock files would
    /// release the locks of a connection in the same process.
    func beforeConnecting() -> [Check]

    /// Whether the schema is the one that this version needs.
    func schema() -> Check

    /// Checks of the engine's settings and version.
    func settings(of facts: DatabaseFacts) -> [Check]

    /// Whether the worker's user and a producer's user can write the database.
    ///
    /// Only root can check it for other users; for others the result is about their own process.
    /// - Parameters:
    ///   - workerUser: nil means the user of the running worker, else the standard user.
    ///   - producerUser: nil means the owner of the database.
    func access(workerUser: String?, producerUser: String?) -> [Check]
}
