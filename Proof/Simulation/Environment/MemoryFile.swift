import GRDB
import GRDBSQLite
import Synchronization

/// A database in memory that several connections of this process share (SQLite's VFS `memdb`). Its bytes can be read
/// and replaced while the connections stay open.
///
/// A connection notices by the change counter in the header that its pages are out of date, as it does when another
/// process writes (sqlite.org/fileformat2.html#file_change_counter). Its statements stay compiled, because the schema
/// cookie does not change. Each replacement gets a counter that is far from every other one.
final class MemoryFile: Sendable {
    struct SQLiteError: Error {
        let code: Int32
    }

    private static let names = Atomic<Int>(0)
    /// The offsets of the change counter and of `version-valid-for` in the header. Both must be equal for the database
    /// size in the header to be valid.
    private static let counterOffsets = [24, 92]
    private static let counterStep: UInt32 = 1 << 20

    /// The path for `DatabaseQueue`.
    let path: String
    private let puts = Mutex<UInt32>(0)

    init() {
        path = "file:/simulation-\(Self.names.add(1, ordering: .relaxed).newValue)?vfs=memdb"
    }

    /// Reads the whole database. No transaction may be open.
    func bytes(through queue: DatabaseQueue) throws -> [UInt8] {
        try Self.withFile(queue) { file, methods in
            var size: Int64 = 0
            try Self.check(methods.xFileSize(file, &size))
            return try [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
                try Self.check(methods.xRead(file, buffer.baseAddress, Int32(size), 0))
                count = Int(size)
            }
        }
    }

    /// Replaces the whole database. No transaction may be open.
    func put(_ bytes: [UInt8], through queue: DatabaseQueue) throws {
        var bytes = bytes
        let counter = puts.withLock { puts in
            puts += 1
            return puts * Self.counterStep
        }
        for offset in Self.counterOffsets {
            for (index, byte) in withUnsafeBytes(of: counter.bigEndian, Array.init).enumerated() {
                bytes[offset + index] = byte
            }
        }
        try Self.withFile(queue) { file, methods in
            try Self.check(methods.xWrite(file, bytes, Int32(bytes.count), 0))
            try Self.check(methods.xTruncate(file, Int64(bytes.count)))
        }
    }

    private static func withFile<Value>(
        _ queue: DatabaseQueue, _ body: (UnsafeMutablePointer<sqlite3_file>, sqlite3_io_methods) throws -> Value
    ) throws -> Value {
        try queue.unsafeRead { db in
            // Related SQLite documentation: https://www.sqlite.org/c3ref/c_fcntl_begin_atomic_write.html
            var file: UnsafeMutablePointer<sqlite3_file>?
            try check(sqlite3_file_control(db.sqliteConnection, "main", SQLITE_FCNTL_FILE_POINTER, &file))
            guard let file, let methods = file.pointee.pMethods else { throw SQLiteError(code: SQLITE_MISUSE) }
            return try body(file, methods.pointee)
        }
    }

    private static func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw SQLiteError(code: code) }
    }
}
