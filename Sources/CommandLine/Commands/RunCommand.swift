import ArgumentParser

/// The daemon.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Deliver intents until told to stop.",
        discussion: """
            SIGTERM or SIGINT stops claiming, waits for the requests in flight, settles them and exits 0; a second one \
            exits at once, which loses nothing. SIGHUP reads the configuration and the API key again.
            A database or log that is replaced underneath ends it with exit code 74: start it on what is there now.
            """)

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var log: LogOptions

    func run() async throws {
        _ = try await WorkerSession(options: options, logger: log.logger()).run()
    }
}
