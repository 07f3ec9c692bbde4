import ArgumentParser
import Foundation
import GRDB
import JourneyOutbox
import OutboxMigrations
import PlainText

/// Puts the outbox into a database.
struct MigrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Create the outbox in your database, or bring it up to date.",
        discussion: """
            Runs the files of migrations/ that the database has not seen yet, in one transaction; run by another tool, \
            they are recognised. An object named like the outbox's that was made by somebody else is refused by name. \
            The journal mode stays what it is unless --wal is given.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Print the SQL that creates the whole outbox, and do nothing.")
    var print = false

    @Flag(help: "Also switch the database to write-ahead logging.")
    var wal = false

    @OptionGroup var answer: AnswerOptions

    func validate() throws {
        guard !(print && answer.json) else { throw ValidationError("--print goes without --json") }
    }

    func run() throws {
        if print { return Output.print(PlainText(own: Migrations.all.map(\.up).joined(separator: "\n"))) }
        let path = try options.databasePath()
        let database = try open(path)
        do {
            let applied = try ProgressLine("migrating").follow {
                let applied = try Outbox.migrate(database)
                if wal { try switchToWAL(database) }
                return applied
            }
            try report(applied, database)
        } catch let error as OutboxError {
            throw Failure.configuration("\(error)")
        }
    }

    private func report(_ applied: [String], _ database: DatabaseQueue) throws {
        let mode = try database.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") }
        let json = JSON.object([
            .init("applied", .array(applied.map { .string($0) })), .init("journal_mode", .of(mode)),
        ])
        answer.print(json) { _ in
            let lines: [PlainText] = applied.isEmpty ? ["the outbox is up to date"] : applied.map { "applied \($0)" }
            return (lines + (wal ? [Self.walNote] : [])).joined(separator: "\n")
        }
    }

    private func open(_ path: String) throws -> DatabaseQueue {
        guard FileManager.default.fileExists(atPath: path) else {
            throw Failure.configuration("there is no database at \(path): your application creates it; check the path")
        }
        var configuration = GRDB.Configuration()
        configuration.busyMode = .timeout(10)
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    private func switchToWAL(_ database: DatabaseQueue) throws {
        let mode = try database.writeWithoutTransaction { try String.fetchOne($0, sql: "PRAGMA journal_mode = WAL") }
        guard mode == "wal" else {
            throw Failure.general(
                "the journal mode stays \(mode ?? "unknown"): close the other connections and try again")
        }
    }

    private static let walNote: PlainText = """
        journal mode: wal. The mode is kept in the file: a connection that sets journal_mode=DELETE itself will get \
        "database is locked", and a transaction over attached databases is atomic only file by file.
        """
}
