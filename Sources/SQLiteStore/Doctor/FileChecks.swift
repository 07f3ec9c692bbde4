import Foundation
import Operation

/// Checks of the database's file and its file system.
struct FileChecks {
    /// Less free space than this is too little for the log of a busy hour, in bytes.
    static let freeMin: Int64 = 64 << 20
    static let freeWarn: Int64 = 512 << 20

    /// With every symbolic link resolved.
    let path: String

    init(database: String) {
        path = URL(fileURLWithPath: database).resolvingSymlinksInPath().path
    }

    var all: [Check] { [fileSystem, space, names] }

    // MARK: File system

    private var fileSystem: Check {
        let type = MountTable(ProcFile.text("/proc/self/mountinfo")).type(of: path)
        return Self.judge(fileSystem: type ?? "unknown", path: path)
    }

    /// Judges a file system by the kernel's name for it.
    static func judge(fileSystem type: String, path: String) -> Check {
        let finding = "\(path) is on \(type)"
        let move = "move the database to a local disk"
        switch type {
        case "nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "afs", "9p", "lustre", "gfs2", "ocfs2", "glusterfs",
            "virtiofs":
            return .fail("file_system", "\(finding), where SQLite's locks and shared memory do not work", move)
        case "overlay", "aufs":
            return .warn(
                "file_system", "\(finding): what is written there is lost with its container",
                "keep the database on a volume")
        case "tmpfs", "ramfs":
            return .warn("file_system", "\(finding), in memory: a restart loses committed intents", move)
        case _ where type.hasPrefix("fuse"):
            return .warn("file_system", "\(finding), where locks may not work", move)
        default: return .ok("file_system", finding)
        }
    }

    // MARK: Space

    private var space: Check {
        var facts = statvfs()
        guard statvfs(path, &facts) == 0 else {
            return .fail("disk_space", "\(path): \(String(cString: strerror(errno)))", "df -h \(path)")
        }
        return Self.judge(free: Int64(clamping: UInt64(facts.f_bavail) &* UInt64(facts.f_frsize)), path: path)
    }

    static func judge(free bytes: Int64, path: String) -> Check {
        let finding = "\(bytes >> 20) MiB are free beside the database"
        if bytes < freeMin { return .fail("disk_space", finding, "df -h \(path)") }
        return bytes < freeWarn ? .warn("disk_space", finding, "df -h \(path)") : .ok("disk_space", finding)
    }

    // MARK: Names of the file

    private var names: Check {
        var file = stat()
        guard stat(path, &file) == 0 else {
            return .fail(
                "database_file", "\(path): \(String(cString: strerror(errno)))", "check `database` in the configuration"
            )
        }
        if file.st_nlink > 1 {
            return .warn(
                "database_file",
                "\(path) has \(file.st_nlink) names (hard links): a process that opens it by another name uses another log, which corrupts it",
                "find / -xdev -samefile \(path)")
        }
        let holders = ProcessTable.current.having(open: path + " (deleted)")
        if let holder = holders.first {
            return .fail(
                "database_file",
                "\(path) was replaced: process \(holder.text) still works on the file that was there before",
                "systemctl restart journey-outbox")
        }
        return .ok("database_file", "\(path) has one name, and no process works on a replaced file")
    }
}
