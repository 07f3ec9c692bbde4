import Foundation

/// The write-ahead log's index, as far as it tells who keeps the log from being used again
/// (sqlite.org/walformat.html, "The WAL-Index File Format").
struct LogIndex: Equatable {
    /// Where the locks are, in the index file.
    static let writeLock: Int64 = 120
    static func readLock(_ slot: Int) -> Int64 { 123 + Int64(slot) }
    static let slots = 5

    /// Frames in the log.
    let frames: UInt32
    /// Frames that are in the database already.
    let backfilled: UInt32
    /// Up to where each reader's view of the log goes.
    let marks: [UInt32]

    /// Nil when the bytes are not such an index.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 120 else { return nil }
        func word(_ offset: Int) -> UInt32 {
            bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
        }
        guard word(0) == 3_007_000 else { return nil }
        frames = word(16)
        backfilled = word(96)
        marks = (0..<Self.slots).map { word(100 + 4 * $0) }
    }

    /// Reads the index beside a database.
    ///
    /// Not while this process has the database open: closing any descriptor of a file drops the process's locks on it.
    init?(database: String) {
        guard let handle = FileHandle(forReadingAtPath: database + "-shm") else { return nil }
        do {
            let data = try handle.read(upToCount: 136) ?? Data()
            try handle.close()
            self.init(Array(data))
        } catch {
            return nil
        }
    }

    /// Slots whose readers look at a log that has grown since, and that is not in the database yet.
    var pinningSlots: [Int] {
        (0..<Self.slots).filter { marks[$0] < frames && backfilled < frames }
    }
}
