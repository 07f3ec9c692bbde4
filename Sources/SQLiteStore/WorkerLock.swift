import Foundation
import Synchronization

/// One worker per database: an advisory lock on a file beside the database's real path.
///
/// The kernel frees it the moment the holder ends, however it ends. The file is never unlinked, since a lock on a file
/// that has lost its name would be held by nobody else's rules; its inode is checked after locking.
public final class WorkerLock: Sendable {
    /// Why the lock could not be taken.
    public enum Failure: Error, Equatable, CustomStringConvertible {
        case held(path: String, holder: String)
        case unusable(path: String, reason: String)

        public var description: String {
            switch self {
            case .held(let path, let holder):
                "another worker\(holder.isEmpty ? "" : " (pid \(holder))") already drains this database: \(path) is locked; stop that worker first"
            case .unusable(let path, let reason):
                "cannot lock \(path): \(reason); the worker's user needs write access to the database's directory"
            }
        }
    }

    private let descriptor: Int32

    /// Where the lock of a database is, with every symbolic link resolved.
    public static func path(forDatabase path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().path + "-outbox-lock"
    }

    /// Takes the lock at once or throws `Failure`.
    public init(database: String) throws {
        let path = Self.path(forDatabase: database)
        while true {
            let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o660)
            guard file >= 0 else { throw Failure.unusable(path: path, reason: String(cString: strerror(errno))) }
            guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
                let holder = Self.holder(file)
                close(file)
                throw Failure.held(path: path, holder: holder)
            }
            if Self.isStillNamed(path, file) {
                descriptor = file
                writeHolder()
                return
            }
            close(file)
        }
    }

    deinit {
        close(descriptor)
    }

    /// The pid of the worker that holds a database's lock; nil when none does.
    public static func holder(ofDatabase database: String) -> String? {
        let file = open(path(forDatabase: database), O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        if flock(file, LOCK_SH | LOCK_NB) == 0 { return nil }
        return holder(file)
    }

    private static func holder(_ file: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 20)
        let count = pread(file, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, count)).prefix { $0 >= 0x30 && $0 <= 0x39 }, as: UTF8.self)
    }

    private func writeHolder() {
        let text = Array("\(getpid())\n".utf8)
        // The pid is a courtesy to whoever is refused; the lock itself does not depend on it.
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.count, 0) }
    }

    private static func isStillNamed(_ path: String, _ file: Int32) -> Bool {
        var named = stat()
        var held = stat()
        return stat(path, &named) == 0 && fstat(file, &held) == 0 && named.st_ino == held.st_ino
            && named.st_dev == held.st_dev
    }
}
