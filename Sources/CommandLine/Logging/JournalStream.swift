import Foundation

/// Tells whether stderr goes to systemd's journal, which reads a line's priority from a prefix (sd-daemon(3)).
enum JournalStream {
    /// `JOURNAL_STREAM` names the device and inode of the stream that systemd created (systemd.exec(5)). Child processes
    /// of a service inherit the variable, so it has to be compared with the actual stream.
    static func isStandardError(environment: [String: String], descriptor: Int32 = STDERR_FILENO) -> Bool {
        guard let named = environment["JOURNAL_STREAM"] else { return false }
        var file = stat()
        return fstat(descriptor, &file) == 0 && named == "\(file.st_dev):\(file.st_ino)"
    }
}
