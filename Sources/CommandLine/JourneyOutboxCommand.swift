import ArgumentParser
import PlainText

/// The program: the worker, the operator's commands, and a sandbox for trials.
@main
struct JourneyOutboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journey-outbox",
        abstract: "Delivers trigger intents from an outbox table in your SQLite database to Spotzee journeys.",
        discussion: """
            Producers insert rows into the table `outbox` in their own transactions; `run` delivers them.

            Exit codes: 0 done; 1 failed, or a check of doctor failed; 3 something is left that waits for the operator or for time; 64 usage; \
            74 the database or its log was replaced by another file; 75 try again later, another worker serves this database; \
            78 configuration.
            """,
        version: Version.current,
        subcommands: [
            MigrateCommand.self, RunCommand.self, DrainCommand.self, StatusCommand.self, DeadLettersCommand.self,
            IntentsCommand.self, BatchesCommand.self, ResolveCommand.self, PauseCommand.self, ResumeCommand.self,
            EnqueueCommand.self, WhyCommand.self, DoctorCommand.self, JourneysCommand.self, BackupCommand.self,
            AdoptCommand.self, SandboxCommand.self, DemoCommand.self, DemoProducerCommand.self, DoctorWriteCommand.self,
        ])
}

extension JourneyOutboxCommand {
    /// Runs the command as ArgumentParser does, but escapes the arguments that its error messages repeat.
    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        var command: any ParsableCommand
        do {
            command = try await asyncParseAsRoot(arguments)
        } catch {
            guard let usage = UsageError(error, arguments: arguments) else { exit(withError: error) }
            Output.error(usage.message)
            exit(withError: usage.code)
        }
        do {
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            end(with: error)
        }
    }

    /// Prints a failure that has not printed its sentence yet on one line. A usage error has the usage below it.
    private static func end(with error: any Error) -> Never {
        let code = exitCode(for: error)
        if code == .success || error is ExitCode || error is ValidationError { exit(withError: error) }
        Output.error("\(fullMessage(for: error))")
        exit(withError: code)
    }
}

/// The version of this build; CHANGELOG.md has an entry for it.
enum Version {
    static let current = "0.1.0"
}
