import Foundation
import GRDB
import JourneyOutbox
import OutboxMigrations
import Testing

/// The SQL files, their list in `Migrations`, and the schema that they create.
struct MigrationTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    @Test func `the folder and the list hold the same files`() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Repository.migrations.path)
            .filter { $0.hasSuffix(".sql") }.sorted()
        #expect(files == Migrations.all.flatMap { ["\($0.name).down.sql", "\($0.name).up.sql"] })
        for migration in Migrations.all {
            #expect(try migration.up == Repository.text("migrations/\(migration.name).up.sql"))
            #expect(try migration.down == Repository.text("migrations/\(migration.name).down.sql"))
        }
        let manifest = try Repository.text("Package.swift")
        for migration in Migrations.all { #expect(manifest.contains("\"\(migration.name)\"")) }
    }

    @Test func `all run up, down and up again, and each creates the objects of its entry`() throws {
        let queue = try scratch.database()
        try queue.write { db in
            let empty = try Self.objects(db)
            for migration in Migrations.all {
                let before = Set(try Self.objects(db))
                try db.execute(sql: migration.up)
                #expect(try Self.objects(db).filter { !before.contains($0) } == migration.creates.sorted())
            }
            let full = try Self.objects(db)
            for migration in Migrations.all.reversed() { try db.execute(sql: migration.down) }
            #expect(try Self.objects(db) == empty)
            for migration in Migrations.all { try db.execute(sql: migration.up) }
            #expect(try Self.objects(db) == full)
            #expect(try Outbox.check(db).isCurrent)
        }
    }

    @Test(arguments: Migrations.all.map(\.name))
    func `a file runs in any tool`(name: String) throws {
        let migration = try #require(Migrations.all.first { $0.name == name })
        for sql in [migration.up, migration.down] {
            for word in ["PRAGMA", "COMMIT", "BEGIN TRANSACTION", "BEGIN IMMEDIATE", "STRICT", "IF NOT EXISTS"] {
                #expect(!sql.contains(word))
            }
            #expect(sql.split(separator: "\n").allSatisfy { $0.count <= 120 })
        }
        #expect(migration.up.hasPrefix("-- "), "a file opens with its invariant")
        #expect(migration.up.components(separatedBy: "CREATE TRIGGER").count <= 2, "a trigger is alone in its file")
        #expect(!migration.up.contains("CREATE TRIGGER") || migration.creates.count == 1)
    }

    private static func objects(_ db: Database) throws -> [String] {
        try String.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite%' ORDER BY name")
    }
}
