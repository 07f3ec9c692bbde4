import Foundation
import Operation

/// Finds the process that blocks writers, and the process that prevents the log from being reused.
struct LockChecks {
    static let patienceSeconds = 2.0
    /// A reader is reported when it has the same old snapshot in two reads, this far apart.
    static let lookAgainSeconds = 0.5
    /// A shorter log is not reported, in pages.
    static let framesMin: UInt32 = 1_000
    /// The byte of the database file that a writer locks in rollback mode (sqlite.org/lockingv3.html).
    static let reservedByte: Int64 = 0x4000_0001

    let path: String

    var all: [Check] { [pin, writeLock] }

    private var writeLock: Check {
        let finding: WriteAccess
        do {
            finding = try WriteProbe.attempt(path, patience: Self.patienceSeconds)
        } catch {
            return .fail("write_lock", "\(error)", "journey-outbox migrate --database \(path)")
        }
        guard finding == .locked else { return .ok("write_lock", "no process holds the write lock for long") }
        guard let pid = writer() else {
            return .fail(
                "write_lock", "a process has held the write lock for \(Int(Self.patienceSeconds)) s",
                "as root: journey-outbox doctor --database \(path)")
        }
        let process = ProcessTable.current.process(pid)
        return .fail(
            "write_lock", "process \(process.text) has held the write lock for \(Int(Self.patienceSeconds)) s",
            "let it commit more often; see what it does: ps -fp \(pid)")
    }

    /// The process that holds the write lock. It is searched for several times, because the kernel's list changes while it
    /// is read.
    private func writer() -> Int? {
        for _ in 0..<10 {
            let holders =
                FileLocks(path: path + "-shm").holders(of: LogIndex.writeLock, writing: true)
                + FileLocks(path: path).holders(of: Self.reservedByte, writing: true)
            if let pid = holders.first { return pid }
            Thread.sleep(forTimeInterval: 0.02)
        }
        return nil
    }

    private var pin: Check {
        let first = readers()
        if first.isEmpty { return .ok("log", "no process prevents the reuse of the write-ahead log") }
        Thread.sleep(forTimeInterval: Self.lookAgainSeconds)
        let second = readers()
        guard let reader = first.first(where: second.contains) else {
            return .ok("log", "no process prevents the reuse of the write-ahead log")
        }
        let process = ProcessTable.current.process(reader.pid)
        return .warn(
            "log",
            "process \(process.text) reads an old snapshot of the database, so that the log of \(reader.frames) pages grows",
            "let it end its read transaction; see what it does: ps -fp \(reader.pid)")
    }

    private struct Reader: Equatable {
        let pid: Int
        let slot: Int
        let mark: UInt32
        let frames: UInt32

        static func == (left: Reader, right: Reader) -> Bool {
            left.pid == right.pid && left.slot == right.slot && left.mark == right.mark
        }
    }

    private func readers() -> [Reader] {
        guard let index = LogIndex(database: path), index.frames >= Self.framesMin else { return [] }
        let locks = FileLocks(path: path + "-shm")
        return index.pinningSlots.flatMap { slot in
            locks.holders(of: LogIndex.readLock(slot), writing: false).map {
                Reader(pid: $0, slot: slot, mark: index.marks[slot], frames: index.frames)
            }
        }
    }
}
