import Foundation
import GRDB
import Operation
import Testing

@testable import SQLiteStore

@Suite struct BackupTests {
    @Test(arguments: ["wal", "delete"])
    func `a copy that is made during writes is complete, consistent, and in the same journal mode`(
        mode: String
    ) async throws {
        let scene = try Scene()
        try await scene.queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = \(mode)") }
        try scene.run("CREATE TABLE pair (a, b)")
        try scene.run("INSERT INTO pair VALUES (0, 0)")
        let path = scene.path
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (commits, commit) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            group.addTask { try await Self.write(to: path) { commit.yield() } }
            for await _ in commits { break }
            for round in 1...5 {
                try Self.check(try BackupCopy(of: path).write(to: "\(path)-\(round)"), "\(path)-\(round)", mode)
            }
            group.cancelAll()
            try await group.waitForAll()
        }
        let names = try FileManager.default.contentsOfDirectory(
            atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path)
        #expect(!names.contains { $0.hasSuffix(".partial") })
    }

    /// Commits until cancelled; between two commits both numbers are equal.
    private static func write(to path: String, onCommit: () -> Void) async throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(30)
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        do {
            while !Task.isCancelled {
                try await queue.write { db in
                    try db.execute(sql: "UPDATE pair SET a = a + 1")
                    try db.execute(sql: "INSERT INTO pair VALUES (NULL, randomblob(2000))")
                    try db.execute(sql: "UPDATE pair SET b = b + 1 WHERE a IS NOT NULL")
                }
                onCommit()
            }
        } catch is CancellationError {
            // An interrupted write is rolled back.
        }
    }

    private static func check(_ bytes: Int64, _ copy: String, _ mode: String) throws {
        #expect(bytes > 0)
        #expect(!FileManager.default.fileExists(atPath: copy + "-wal"))
        try DatabaseQueue(path: copy).read { (db: Database) throws -> Void in
            #expect(try String.fetchOne(db, sql: "PRAGMA integrity_check") == "ok")
            #expect(try String.fetchOne(db, sql: "PRAGMA journal_mode") == mode)
            #expect(try Int.fetchOne(db, sql: "SELECT a - b FROM pair WHERE a IS NOT NULL") == 0)
        }
    }

    @Test func `an existing file is never overwritten, and a failed copy leaves no file`() throws {
        let scene = try Scene()
        let there = scene.path + "-there"
        try Data("mine".utf8).write(to: URL(fileURLWithPath: there))
        #expect(throws: BackupError.exists(there)) { try BackupCopy(of: scene.path).write(to: there) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: there)) == Data("mine".utf8))
        #expect(throws: BackupError.self) { try BackupCopy(of: scene.path).write(to: "/nonexistent/copy.db") }
        #expect(throws: BackupError.self) { try BackupCopy(of: there).write(to: scene.path + "-of-nothing") }
        #expect(!FileManager.default.fileExists(atPath: scene.path + "-of-nothing"))
        #expect(!FileManager.default.fileExists(atPath: scene.path + "-of-nothing.partial"))
    }

    @Test func `a copy has the permissions of the database`() throws {
        let scene = try Scene()
        chmod(scene.path, 0o640)
        _ = try BackupCopy(of: scene.path).write(to: scene.path + "-copy")
        var file = stat()
        #expect(stat(scene.path + "-copy", &file) == 0)
        #expect(file.st_mode & 0o777 == 0o640)
    }
}
