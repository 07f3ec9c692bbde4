import ArgumentParser
import Operation
import PlainText

/// Creates the outbox in a database, or applies the migrations that are missing.
struct MigrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Create the outbox in your database, or update it.",
        discussion: """
            Runs the files of migrations/ that the database does not have yet, in one transaction. Files that another \
            tool has run are recognised. If another object of the database has a name that the outbox needs, nothing is \
            changed, and the error names the object. The journal mode does not change unless --wal is given.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Print the SQL that creates the whole outbox, and do nothing.")
    var print = false

    @Flag(help: "Also switch the database to write-ahead logging.")
    var wal = false

    @OptionGroup var format: FormatOptions

    func validate() throws {
        guard !(print && format.json) else { throw ValidationError("--print cannot be combined with --json") }
    }

    func run() throws {
        if print {
            // The SQL does not depend on a database.
            return Output.print(PlainText(own: Engine.engine(for: "").migrationSQL))
        }
        let engine = Engine.engine(for: try options.databasePath())
        do {
            let report = try ProgressLine("migrating").follow { try engine.migrate(enablesWAL: wal) }
            format.print(Self.json(report)) { _ in text(report) }
        } catch let error as MigrationError {
            throw Self.failure(error)
        }
    }

    private static func failure(_ error: MigrationError) -> any Error {
        switch error {
        case .missingDatabase(let path):
            CommandFailure.configuration(
                "there is no database at \(path): your application creates it; check the path")
        case .refused(let reason): CommandFailure.configuration("\(reason)")
        case .journalModeStays(let mode):
            CommandFailure.general(
                "the journal mode stays \(mode): close the other connections and try again")
        }
    }

    private static func json(_ report: MigrationReport) -> JSON {
        .object([
            .init("applied", .array(report.applied.map { .string($0) })),
            .init("journal_mode", .of(report.journalMode)),
        ])
    }

    private func text(_ report: MigrationReport) -> PlainText {
        let lines: [PlainText] =
            report.applied.isEmpty ? ["the outbox is up to date"] : report.applied.map { "applied \($0)" }
        return (lines + (wal ? [Self.walNote] : [])).joined(separator: "\n")
    }

    private static let walNote: PlainText = """
        journal mode: wal. The mode is kept in the file: a connection that sets journal_mode=DELETE itself will get \
        "database is locked", and a transaction over attached databases is atomic only file by file.
        """
}
