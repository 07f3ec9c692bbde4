import Foundation

/// Writes small files so that a crash leaves the old text or the new one, and never a mixture or nothing.
enum DurableFile {
    /// Replaces the file: a new one beside it, forced to the disk, takes its name, and the directory is forced too.
    static func write(_ bytes: Data, to path: String) throws {
        // By a name of this process's own: `adopt` may write beside the worker that waits for it.
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

    static func writeAll(_ bytes: Data, to file: Int32, path: String) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw StateFailure(errnoAt: path) }
            rest = rest.dropFirst(count)
        }
    }

    /// Makes a name that was given or taken away survive a power cut.
    static func syncDirectory(_ path: String) throws {
        let directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw StateFailure(errnoAt: path) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw StateFailure(errnoAt: path) }
    }
}
