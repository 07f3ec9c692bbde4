import Foundation

/// Whether stderr goes to systemd's journal, which takes a line's priority from a prefix (sd-daemon(3)).
enum JournalStream {
    /// `JOURNAL_STREAM` names the device and inode of the stream that systemd made (systemd.exec(5)); whatever a
    /// service starts inherits the variable, so that it has to be compared with the stream at hand.
    static func isStandardError(environment: [String: String], descriptor: Int32 = STDERR_FILENO) -> Bool {
        guard let named = environment["JOURNAL_STREAM"] else { return false }
        var file = stat()
        return fstat(descriptor, &file) == 0 && named == "\(file.st_dev):\(file.st_ino)"
    }
}
