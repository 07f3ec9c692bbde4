import Foundation
import GRDB
import Synchronization

/// Tells whether other connections use the database, so that the worker leaves the write lock to them in time.
///
/// There are two signs. Another process has the log's index locked, as every connection has while it is open
/// (sqlite.org/walformat.html, "WAL locks"); or another connection has committed lately. Where the system does not list
/// locks, the answer is yes: too short a round costs throughput, too long a one delays a producer. A process in another
/// container has locks that this process cannot see, so that only its commits tell.
final class ConcurrentWriters: Sendable {
    /// How often the system's list of locks is read at most, also in the middle of a long round: a process that has
    /// just connected waits for the round's end.
    static let lookInterval: Duration = .milliseconds(5)
    /// How long a connection counts as present after a commit.
    static let memory: Duration = .seconds(10)
    /// The byte of the log's index that every connection locks while it is open.
    private static let connectedByte = " 128 128"

    private struct State {
        var version: Int64?
        var committed: ContinuousClock.Instant?
        var looked: ContinuousClock.Instant?
        var areConnected = true
    }

    private let index: String
    private let locks: String
    private let state = Mutex(State())

    /// - Parameter locks: the system's list of locks (proc_locks(5)).
    init(database: String, locks: String = "/proc/locks") {
        index = database + "-shm"
        self.locks = locks
    }

    /// Whether another connection is open or has committed lately.
    ///
    /// It is asked inside a transaction, on the same connection each time.
    func arePresent(_ db: Database) throws -> Bool {
        let version = try Int64.fetchOne(db.cachedStatement(sql: "PRAGMA data_version"))
        let now = ContinuousClock.now
        return state.withLock { state in
            if let known = state.version, known != version { state.committed = now }
            state.version = version
            if let committed = state.committed, now - committed < Self.memory { return true }
            return look(&state, at: now)
        }
    }

    /// Whether another process has the database open.
    func areConnected() -> Bool {
        state.withLock { look(&$0, at: .now) }
    }

    private func look(_ state: inout State, at now: ContinuousClock.Instant) -> Bool {
        if state.looked.map({ now - $0 >= Self.lookInterval }) ?? true {
            state.looked = now
            state.areConnected = areLocksHeld()
        }
        return state.areConnected
    }

    /// True also where the list lacks this process's own lock: such a list is not complete.
    private func areLocksHeld() -> Bool {
        var status = stat()
        guard stat(index, &status) == 0 else { return true }
        let place = ":\(status.st_ino)" + Self.connectedByte
        let holders = ProcFile.text(locks).split(separator: "\n")
            .filter { $0.hasSuffix(place) }
            .map { $0.split(separator: " ").dropLast(3).last.flatMap { Int32($0) } }
        return holders != [getpid()]
    }
}
