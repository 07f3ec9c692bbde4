import Foundation
import GRDB
import Operation

/// Copies a database while other connections write to it, with SQLite's online backup API (sqlite.org/backup.html).
///
/// In write-ahead mode no other connection waits for it. In rollback mode writers wait while it reads, as for any reader.
struct BackupCopy: Sendable {
    let source: String

    init(of source: String) {
        self.source = source
    }

    /// Writes the copy to a new file: either the complete copy, forced to the disk, or nothing.
    ///
    /// The copy has the permissions of the database, because it contains the same personal data.
    /// - Returns: the size of the copy in bytes.
    /// - Throws: `BackupError`.
    func write(to path: String) throws -> Int64 {
        guard access(path, F_OK) != 0 else { throw BackupError.exists(path) }
        let temporary = Self.partial(path)
        try makePlace(temporary)
        do {
            try copy(to: temporary)
            try publish(temporary, as: path)
        } catch {
            unlink(temporary)
            throw error as? BackupError ?? BackupError.failed(path, "\(error)")
        }
        var file = stat()
        return stat(path, &file) == 0 ? Int64(file.st_size) : 0
    }

    private static func partial(_ path: String) -> String { "\(path).partial" }

    /// How much of the copy that is being written to `path` is there, from 0 to 1; nil when there is none.
    func share(of path: String) -> Double? {
        var (whole, part) = (stat(), stat())
        guard stat(source, &whole) == 0, stat(Self.partial(path), &part) == 0, whole.st_size > 0 else { return nil }
        return min(1, Double(part.st_size) / Double(whole.st_size))
    }

    /// Creates the temporary file, which other users cannot read.
    private func makePlace(_ path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            if errno == EEXIST { throw BackupError.exists(path) }
            throw BackupError.failed(path, String(cString: strerror(errno)))
        }
        close(file)
    }

    private func copy(to path: String) throws {
        var reading = Configuration()
        reading.readonly = true
        reading.busyMode = .timeout(10)
        let from = try DatabaseQueue(path: source, configuration: reading)
        let to = try DatabaseQueue(path: path)
        // In one step: a backup in several steps starts again whenever another connection writes.
        try from.backup(to: to)
        // Closing removes the log beside the copy. The copy has the journal mode of the database.
        try to.close()
        try from.close()
    }

    private func publish(_ temporary: String, as path: String) throws {
        var database = stat()
        guard stat(source, &database) == 0, chmod(temporary, database.st_mode & 0o777) == 0 else {
            throw BackupError.failed(path, String(cString: strerror(errno)))
        }
        try sync(temporary, O_RDONLY)
        // rename(2) would overwrite a file that was created in the meantime.
        guard link(temporary, path) == 0 else {
            if errno == EEXIST { throw BackupError.exists(path) }
            throw BackupError.failed(path, String(cString: strerror(errno)))
        }
        unlink(temporary)
        try sync(URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY)
    }

    private func sync(_ path: String, _ mode: Int32) throws {
        let file = open(path, mode | O_CLOEXEC)
        guard file >= 0 else { throw BackupError.failed(path, String(cString: strerror(errno))) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw BackupError.failed(path, String(cString: strerror(errno))) }
    }
}
