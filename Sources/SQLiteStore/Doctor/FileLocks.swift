import Foundation

/// The locks that processes hold on a file, from the kernel's list (proc(5), /proc/locks).
struct FileLocks {
    struct Lock: Equatable {
        let pid: Int
        let isWrite: Bool
        let range: ClosedRange<Int64>
    }

    let held: [Lock]

    /// Reads the lines about an inode. Lines of waiting processes (`->`) are no held locks.
    init(inode: UInt64, in text: String) {
        held = text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count >= 8, words[1] == "POSIX", let pid = Int(words[4]), pid > 0,
                words[5].split(separator: ":").last.flatMap({ UInt64($0) }) == inode, let start = Int64(words[6])
            else { return nil }
            let end = words[7] == "EOF" ? Int64.max : Int64(words[7]) ?? start
            return Lock(pid: pid, isWrite: words[3] == "WRITE", range: start...max(start, end))
        }
    }

    /// The locks on a file now; none where the kernel's list cannot be read.
    init(path: String) {
        var file = stat()
        let isThere = stat(path, &file) == 0
        self.init(inode: UInt64(file.st_ino), in: isThere ? ProcFile.text("/proc/locks") : "")
    }

    func holders(of byte: Int64, writing: Bool) -> [Int] {
        held.filter { $0.isWrite == writing && $0.range.contains(byte) }.map(\.pid)
    }
}
