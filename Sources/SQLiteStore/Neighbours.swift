import Foundation
import GRDB
import Synchronization

/// Tells whether anybody else uses the database, so that the worker keeps out of the way of those who do.
///
/// Two signs: another process has the log's index locked, as every connection has while it is open
/// (sqlite.org/walformat.html, "WAL locks"), or somebody else has committed lately. Where the system does not show who
/// holds locks, somebody is taken to be there: slow beside nobody is better than in the way of somebody. A process in
/// another container, whose locks cannot be seen from here, is told by its commits alone.
final class Neighbours: Sendable {
    /// How often the system's list of locks is read at most: also in the midst of a long round, which whoever has just
    /// come waits for.
    static let lookInterval: Duration = .milliseconds(5)
    /// How long somebody who has committed is taken to be there.
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

    /// To be asked inside a transaction, on the same connection each time.
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

    /// True also where this process's own lock cannot be found in the list: then the list does not tell.
    private func areLocksHeld() -> Bool {
        var status = stat()
        guard stat(index, &status) == 0, let list = FileManager.default.contents(atPath: locks) else { return true }
        let place = ":\(status.st_ino)" + Self.connectedByte
        let holders = String(decoding: list, as: UTF8.self).split(separator: "\n")
            .filter { $0.hasSuffix(place) }
            .map { $0.split(separator: " ").dropLast(3).last.flatMap { Int32($0) } }
        return holders != [getpid()]
    }
}
