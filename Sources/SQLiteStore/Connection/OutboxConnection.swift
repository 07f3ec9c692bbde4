import Foundation
import GRDB

/// Opens the user's database, whose settings stay as they are and which is never held for long.
public enum OutboxConnection {
    /// How long a statement waits for another connection's lock before it is reported as busy.
    static let busyTimeout: Duration = .seconds(5)

    /// Sleeps between tries for the lock: short at first, so that a producer that commits without a pause does not
    /// keep the worker out (SQLite's own handler sleeps up to 100 ms), longer once the lock is held for long.
    static func waitForLock(_ tries: Int) -> Bool {
        let shortTries = 200
        let microseconds: useconds_t = tries < shortTries ? 500 : 5000
        let waited = Duration.microseconds(500 * min(tries, shortTries) + 5000 * max(0, tries - shortTries))
        guard waited < busyTimeout else { return false }
        usleep(microseconds)
        return true
    }

    /// Repeats a call for as long as another connection holds the database, where there is nothing to do meanwhile.
    ///
    /// Each try waits for `busyTimeout`. The call ends when the lock is free, or with the process.
    /// - Parameter isBusy: called after every try, with how many there were.
    public static func patiently<Value>(isBusy: (Int) -> Void, _ call: () throws -> Value) throws -> Value {
        var tries = 0
        while true {
            do {
                return try call()
            } catch let error as DatabaseError where error.isBusy {
                tries += 1
                isBusy(tries)
                usleep(50_000)
            }
        }
    }

    /// A connection that writes durably; the journal mode stays what the owner chose.
    ///
    /// `synchronous=FULL`, since a settled answer must survive a power cut. The automatic checkpoint is off, because
    /// two connections that checkpoint and write at once can meet the WAL-reset bug of SQLite 3.7.0 to 3.51.2
    /// (sqlite.org/wal.html, "The WAL-Reset Bug") and because it would dominate the latency.
    public static func open(_ path: String, label: String) throws -> DatabaseQueue {
        guard FileManager.default.fileExists(atPath: path) else { throw OutboxConnectionError.missing(path) }
        return try DatabaseQueue(path: path, configuration: configuration(label: label))
    }

    package static func configuration(label: String) -> Configuration {
        var configuration = Configuration()
        configuration.label = label
        configuration.busyMode = .callback(waitForLock)
        configuration.foreignKeysEnabled = false
        configuration.maximumReaderCount = 1
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA synchronous = FULL")
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
            try db.execute(sql: "PRAGMA temp_store = MEMORY")
            // 8 MiB: what one round changes fits, instead of being written to the log twice and read back from it.
            try db.execute(sql: "PRAGMA cache_size = -8192")
            // Pages that a claim empties are not written again to be zeroed: that would be a third of the log.
            try db.execute(sql: "PRAGMA secure_delete = FAST")
        }
        return configuration
    }
}

/// Why a database could not be opened as an outbox.
public enum OutboxConnectionError: Error, Equatable, CustomStringConvertible {
    case missing(String)

    public var description: String {
        switch self {
        case .missing(let path):
            "there is no database at \(path): the business application creates it; check `database`"
        }
    }
}
