import Foundation

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
