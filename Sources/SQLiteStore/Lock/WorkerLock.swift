import Foundation

/// One worker per database: an advisory lock on a file beside the database's real path.
///
/// The kernel frees it the moment the holder ends, however it ends. The file is never unlinked, since two workers could
/// then each lock a file of that name; its inode is checked after locking.
public final class WorkerLock: Sendable {
    private let file: LockFile

    /// - Parameter file: locked already.
    init(_ file: LockFile) {
        self.file = file
    }

    /// Takes the lock at once or throws `WorkerLockError`.
    public convenience init(database: String) throws {
        let file = try LockFile(forDatabase: database)
        guard file.lock(forDatabase: database) else {
            throw WorkerLockError.held(path: file.path, holder: file.holder)
        }
        self.init(file)
    }

    /// The pid of the worker that holds a database's lock; nil when none does.
    public static func holder(ofDatabase database: String) -> String? {
        LockFile.holder(ofDatabase: database)
    }

    /// The pid of a worker that stands by for a database, 0 when it is not known; nil when none does.
    public static func standby(ofDatabase database: String) -> Int? {
        LockFile.standby(ofDatabase: database)
    }
}

/// Why the lock could not be taken.
public enum WorkerLockError: Error, Equatable, CustomStringConvertible {
    case held(path: String, holder: String)
    case unusable(path: String, reason: String)

    public var description: String {
        switch self {
        case .held(let path, let holder):
            "another worker\(holder.isEmpty ? "" : " (pid \(holder))") drains this database: \(path) is locked; stop that worker first"
        case .unusable(let path, let reason):
            "cannot lock \(path): \(reason); the worker's user needs write access to the database's directory"
        }
    }
}
