import Foundation

/// The append-only log: every line in the file, when there is one, and the newest in memory.
///
/// Memory holds at most `recordsMax` records; beyond that the oldest tenth goes. The file has no bound.
public struct SandboxLog: Sendable {
    private let file: LogFile?
    private let recordsMax: Int
    /// Of contiguous sequence numbers.
    private var records: [SandboxRecord] = []

    /// Throws when the file cannot be opened; without a path the log is in memory only.
    public init(path: String?, recordsMax: Int) throws(SandboxLogFailure) {
        if let path {
            file = try LogFile(path: path)
        } else {
            file = nil
        }
        self.recordsMax = max(10, recordsMax)
    }

    /// Appends records in one write; once it returns, the file holds them.
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

    /// The records still in memory from a sequence number on.
    public func records(from sequence: Int64) -> ArraySlice<SandboxRecord> {
        guard let first = records.first else { return [] }
        let start = max(0, min(Int64(records.count), sequence - first.sequence))
        return records[Int(start)...]
    }
}

/// A file that only grows, open until the last reference goes.
///
/// A line is handed to the kernel before `append` returns: it survives the death of this process, not a power cut.
final class LogFile: Sendable {
    private let descriptor: Int32

    /// Opens the file for appending, making it when it is not there; throws the errno otherwise.
    init(path: String) throws(SandboxLogFailure) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SandboxLogFailure(path: path, errno: errno) }
        self.path = path
    }

    private let path: String

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Writes all the bytes; throws when the file system refuses, with part of them possibly written.
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

/// The log file could not be opened or written.
///
/// The answer the lines belong to must not leave: the caller closes the connection instead.
public struct SandboxLogFailure: Error, Equatable, CustomStringConvertible {
    public var path: String
    public var errno: Int32

    public var description: String {
        "the sandbox log \(path) cannot be written: \(String(cString: strerror(errno)))"
    }
}
