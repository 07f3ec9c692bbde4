import Foundation

/// The open file that workers of one database lock: beside the database's real path, and never unlinked.
///
/// The worker holds it by flock(2). A standby holds a POSIX read lock on a byte of its own, so that other processes can
/// ask whether there is one.
final class LockFile: Sendable {
    /// Where the lock of a database is, with every symbolic link resolved.
    static func path(forDatabase path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().path + "-outbox-lock"
    }

    let path: String
    private let descriptor: Int32

    /// Opens the file, and creates it where it is missing; throws `WorkerLockError`.
    init(forDatabase database: String) throws {
        path = Self.path(forDatabase: database)
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o660)
        guard descriptor >= 0 else {
            throw WorkerLockError.unusable(path: path, reason: String(cString: strerror(errno)))
        }
    }

    deinit {
        close(descriptor)
    }

    /// Takes the lock if it is free; false also when the file has lost its name, or the database its path.
    func lock(forDatabase database: String) -> Bool {
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return false }
        guard isCurrent(forDatabase: database) else {
            flock(descriptor, LOCK_UN)
            return false
        }
        let text = Array("\(getpid())\n".utf8)
        // The pid is for the message of a worker that is refused; the lock itself does not depend on it.
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.count, 0) }
        return true
    }

    /// Whether this is still the file that a worker starting now would lock.
    func isCurrent(forDatabase database: String) -> Bool {
        var named = stat()
        var held = stat()
        return Self.path(forDatabase: database) == path && stat(path, &named) == 0 && fstat(descriptor, &held) == 0
            && named.st_ino == held.st_ino && named.st_dev == held.st_dev
    }

    /// The pid that the lock's holder has written.
    var holder: String { Self.holder(descriptor) }

    private static func holder(_ file: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 20)
        let count = pread(file, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, count)).prefix { $0 >= 0x30 && $0 <= 0x39 }, as: UTF8.self)
    }

    // MARK: Standing by

    private static let standbyByte: off_t = 1 << 20

    /// Shows other processes that this one stands by, or no longer does.
    func showStandby(_ isStandingBy: Bool) {
        var range = Self.standbyRange(Int(isStandingBy ? F_RDLCK : F_UNLCK))
        // The lock itself does not depend on this sign, so that a failure is no error.
        _ = fcntl(descriptor, F_SETLK, &range)
    }

    private static func standbyRange(_ type: Int) -> Glibc.flock {
        var range = Glibc.flock()
        range.l_type = Int16(type)
        range.l_whence = Int16(SEEK_SET)
        range.l_start = standbyByte
        range.l_len = 1
        return range
    }

    // MARK: Looking from outside

    /// The pid of the worker that holds a database's lock; nil when none does.
    static func holder(ofDatabase database: String) -> String? {
        look(database) { file in
            if flock(file, LOCK_SH | LOCK_NB) == 0 { return nil }
            return holder(file)
        }
    }

    /// The pid of a worker that stands by, 0 when it is in another pid namespace; nil when none does.
    static func standby(ofDatabase database: String) -> Int? {
        look(database) { file in
            var range = standbyRange(Int(F_WRLCK))
            guard fcntl(file, F_GETLK, &range) == 0, range.l_type != Int16(F_UNLCK) else { return nil }
            return max(0, Int(range.l_pid))
        }
    }

    private static func look<Value>(_ database: String, _ body: (Int32) -> Value?) -> Value? {
        let file = open(path(forDatabase: database), O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        return body(file)
    }
}
