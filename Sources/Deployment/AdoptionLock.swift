import Foundation

/// An exclusive lock in the state directory that one `adopt` command holds at a time.
///
/// Two commands at once would each write an identity that the other one does not know. The lock is a `flock(2)` on a
/// file that is opened close-on-exec, so the kernel releases it when the process ends, however it ends.
public final class AdoptionLock: Sendable {
    static let file = "adopting"

    private let descriptor: Int32

    /// Takes the lock without waiting; nil while another command holds it.
    ///
    /// - Throws: `StateFailure` when the lock file cannot be created or opened.
    public init?(in folders: StateFolders) throws {
        let path = "\(folders.path)/\(Self.file)"
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard file >= 0 else { throw StateFailure(errnoAt: path) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            return nil
        }
        descriptor = file
    }

    deinit {
        close(descriptor)
    }
}
