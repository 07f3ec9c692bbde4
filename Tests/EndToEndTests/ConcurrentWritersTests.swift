import Foundation
import GRDB
import Testing

@testable import SQLiteStore

/// How the worker notices other writers of the database, and how long it holds the lock then.
struct ConcurrentWritersTests {
    private let path: String
    private let database: DatabaseQueue

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("writers-\(UUID().uuidString).db").path
        database = try Self.open(path)
        try database.writeWithoutTransaction { try $0.execute(sql: "CREATE TABLE orders (id INTEGER PRIMARY KEY)") }
    }

    private static func open(_ path: String) throws -> DatabaseQueue {
        let queue = try DatabaseQueue(path: path)
        _ = try queue.writeWithoutTransaction { try String.fetchOne($0, sql: "PRAGMA journal_mode = WAL") }
        return queue
    }

    private func arePresent(_ writers: ConcurrentWriters) throws -> Bool {
        try database.writeWithoutTransaction { try writers.arePresent($0) }
    }

    private func removeFiles() throws {
        try database.close()
        try FileManager.default.removeItem(atPath: path)
    }

    @Test func `another process is noticed by its connection alone, and so is its end`() throws {
        let writers = ConcurrentWriters(database: path)
        #expect(try !arePresent(writers))
        let (process, input, output) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["sqlite3", path]
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data("SELECT count(*) FROM orders;\n".utf8))
        // It has opened the database once it answers.
        #expect(output.fileHandleForReading.availableData == Data("0\n".utf8))
        let end = ContinuousClock.now + .seconds(10)
        while try !arePresent(writers), ContinuousClock.now < end {}
        #expect(try arePresent(writers))
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        while try arePresent(writers), ContinuousClock.now < end {}
        #expect(try !arePresent(writers))
        try removeFiles()
    }

    @Test func `a connection that has committed counts as present, though its lock is not seen`() throws {
        let writers = ConcurrentWriters(database: path)
        #expect(try !arePresent(writers))
        // It belongs to this process, whose locks are no sign.
        let other = try Self.open(path)
        #expect(try !arePresent(writers))
        try other.writeWithoutTransaction { try $0.execute(sql: "INSERT INTO orders DEFAULT VALUES") }
        #expect(try arePresent(writers))
        try other.close()
        try removeFiles()
    }

    /// The kernel hands out its list page by page: a reader that stops after the first piece misses its own lock.
    @Test func `a worker that is alone is alone on a machine with hundreds of file locks`() throws {
        let files = try (0..<300).map { _ in
            let file = try #require(tmpfile())
            #expect(flock(fileno(file), LOCK_EX | LOCK_NB) == 0)
            return file
        }
        defer { files.forEach { _ = fclose($0) } }
        #expect(ProcFile.text("/proc/locks").utf8.count > 8192)
        #expect(try !arePresent(ConcurrentWriters(database: path)))
        try removeFiles()
    }

    @Test func `where locks are not listed other writers are assumed`() throws {
        #expect(try arePresent(ConcurrentWriters(database: path, locks: "/nowhere/locks")))
        #expect(try arePresent(ConcurrentWriters(database: path, locks: "/dev/null")))
        try removeFiles()
    }

    @Test func `beside other writers rounds are short and rests longer than they, within bounds on a slow disk`() {
        let beside = LockBudget(hasOtherWriters: true, commit: .milliseconds(1))
        #expect(beside.claimMax <= .milliseconds(1))
        #expect(beside.rest(after: .milliseconds(1)) == .milliseconds(3))
        #expect(beside.rest(after: .milliseconds(10)) == .milliseconds(15))
        let slow = LockBudget(hasOtherWriters: true, commit: .milliseconds(400))
        #expect(slow.claimMax == LockBudget.claimMaxAlone)
        #expect(slow.rest(after: .seconds(1)) == .milliseconds(50))
        let alone = LockBudget(hasOtherWriters: false, commit: .milliseconds(1))
        #expect(alone.claimMax == .milliseconds(25))
        #expect(alone.rest(after: .milliseconds(25)) == .milliseconds(1))
    }
}
