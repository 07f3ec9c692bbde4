import Foundation

/// The append-only log of the sandbox: all records in a file, if one is configured, and the newest ones in memory.
///
/// At most `recordsMax` records are in memory; when there are more, the oldest tenth is removed. The file has no bound.
public struct SandboxLog: Sendable {
    private let file: LogFile?
    private let recordsMax: Int
    /// The newest records, with contiguous sequence numbers.
    private var records: [SandboxRecord] = []

    /// Opens the log. Without a path, it is in memory only.
    ///
    /// - Throws: `SandboxLogFailure` when the file cannot be opened.
    public init(path: String?, recordsMax: Int) throws(SandboxLogFailure) {
        if let path {
            file = try LogFile(path: path)
        } else {
            file = nil
        }
        self.recordsMax = max(10, recordsMax)
    }

    /// Appends records in one write. After it returns, they are in the file.
    ///
    /// - Throws: `SandboxLogFailure` when the file cannot be written.
    public mutating func append(_ added: [SandboxRecord]) throws(SandboxLogFailure) {
        guard !added.isEmpty else { return }
        if let file {
            try file.append(added.map { $0.line + "\n" }.joined())
        }
        records += added
        if records.count > recordsMax {
            records.removeFirst(records.count - recordsMax + recordsMax / 10)
        }
    }

    /// The records in memory from a sequence number on.
    public func records(from sequence: Int64) -> ArraySlice<SandboxRecord> {
        guard let first = records.first else { return [] }
        let start = max(0, min(Int64(records.count), sequence - first.sequence))
        return records[Int(start)...]
    }
}

/// An append-only file, which is open until the last reference is released.
///
/// The kernel has the bytes when `append` returns. They survive the end of the process, but not a power cut.
final class LogFile: Sendable {
    private let descriptor: Int32

    /// Opens the file for appending, and creates it if it does not exist.
    ///
    /// - Throws: `SandboxLogFailure` with the errno.
    init(path: String) throws(SandboxLogFailure) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SandboxLogFailure(path: path, errno: errno) }
        self.path = path
    }

    private let path: String

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Appends a text.
    ///
    /// - Throws: `SandboxLogFailure` with the errno; a part of the text may then be in the file.
    func append(_ text: String) throws(SandboxLogFailure) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if written >= 0 {
                rest = rest.dropFirst(written)
            } else if errno != EINTR {
                throw SandboxLogFailure(path: path, errno: errno)
            }
        }
    }
}

/// An error for a log file that could not be opened or written.
///
/// The answer whose records were not written must not be sent: the caller closes the connection instead.
public struct SandboxLogFailure: Error, Equatable, CustomStringConvertible {
    public var path: String
    public var errno: Int32

    public var description: String {
        "the sandbox log \(path) cannot be written: \(String(cString: strerror(errno)))"
    }
}
