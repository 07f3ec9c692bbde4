import Foundation

/// The part of the write-ahead log's index that shows which readers prevent the log from being reused
/// (sqlite.org/walformat.html, "The WAL-Index File Format").
struct LogIndex: Equatable {
    /// The bytes of the index file that are locked.
    static let writeLock: Int64 = 120
    static func readLock(_ slot: Int) -> Int64 { 123 + Int64(slot) }
    static let slots = 5

    /// Frames in the log.
    let frames: UInt32
    /// Frames that a checkpoint has copied into the database.
    let backfilled: UInt32
    /// The last frame that each reader slot reads.
    let marks: [UInt32]

    /// Nil when the bytes are not an index.
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
    /// This process must not have the database open: closing any descriptor of a file releases the process's locks on it
    /// (fcntl(2), "Record locking").
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

    /// The slots whose readers use an older end of the log, while later frames are not in the database yet.
    var pinningSlots: [Int] {
        (0..<Self.slots).filter { marks[$0] < frames && backfilled < frames }
    }
}
