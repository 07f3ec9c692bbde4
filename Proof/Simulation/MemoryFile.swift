import GRDB
import GRDBSQLite
import Synchronization

/// The bytes of a database in memory that connections of one process share (SQLite's own VFS `memdb`), to be taken and
/// put back while they stay open.
///
/// A connection whose pages are out of date finds out by the change counter in the header, as it does where another
/// process writes (sqlite.org/fileformat2.html#file_change_counter); its statements stay compiled, since the schema's
/// cookie does not change. Each put has a counter of its own, far from that of any other.
final class MemoryFile: Sendable {
    struct Failure: Error {
        let code: Int32
    }

    private static let names = Atomic<Int>(0)
    /// Where the counter lies in the header, and the copy of it that says the header's size is right.
    private static let counters = [24, 92]
    private static let countersApart: UInt32 = 1 << 20

    /// For `DatabaseQueue`.
    let path: String
    private let puts = Mutex<UInt32>(0)

    init() {
        path = "file:/simulation-\(Self.names.add(1, ordering: .relaxed).newValue)?vfs=memdb"
    }

    /// The whole database; nobody may be in the midst of a transaction.
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

    /// Takes the place of the whole database; nobody may be in the midst of a transaction.
    func put(_ bytes: [UInt8], through queue: DatabaseQueue) throws {
        var bytes = bytes
        let counter = puts.withLock { puts in
            puts += 1
            return puts * Self.countersApart
        }
        for place in Self.counters {
            for (index, byte) in withUnsafeBytes(of: counter.bigEndian, Array.init).enumerated() {
                bytes[place + index] = byte
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
            guard let file, let methods = file.pointee.pMethods else { throw Failure(code: SQLITE_MISUSE) }
            return try body(file, methods.pointee)
        }
    }

    private static func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw Failure(code: code) }
    }
}
