import Foundation

/// Writes small files atomically and durably.
///
/// After a crash or a power cut, the file contains either the old text or the new text, and never a part of one. Every
/// function throws `StateFailure` with the path and the reason of the failed system call.
enum DurableFile {
    /// Replaces a file: writes a new file beside it, syncs it to disk, renames it, and syncs the directory.
    static func write(_ bytes: Data, to path: String) throws {
        // The name contains the process id, because `adopt` may write while a worker waits for its result.
        let temporary = "\(path).new-\(getpid())"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
        guard file >= 0 else { throw StateFailure(errnoAt: temporary) }
        do {
            defer { close(file) }
            try writeAll(bytes, to: file, path: temporary)
            guard fsync(file) == 0 else { throw StateFailure(errnoAt: temporary) }
        }
        guard rename(temporary, path) == 0 else { throw StateFailure(errnoAt: path) }
        try syncDirectory((path as NSString).deletingLastPathComponent)
    }

    /// Writes all bytes to an open file; `path` is used in the error only.
    static func writeAll(_ bytes: Data, to file: Int32, path: String) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw StateFailure(errnoAt: path) }
            rest = rest.dropFirst(count)
        }
    }

    /// Syncs a directory, so that a created, renamed or removed entry survives a power cut.
    static func syncDirectory(_ path: String) throws {
        let directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw StateFailure(errnoAt: path) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw StateFailure(errnoAt: path) }
    }
}
