import Foundation

/// Held by the one command that adopts: two at once would each write an identity that the other does not know.
public final class AdoptionLock: Sendable {
    static let file = "adopting"

    private let descriptor: Int32

    /// Nil while another command holds it; the kernel frees it when that ends, however it ends.
    ///
    /// Throws `StateFailure` when the state directory cannot be written to.
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
