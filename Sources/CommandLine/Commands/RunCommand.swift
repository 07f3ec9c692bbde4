import ArgumentParser

/// The daemon.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Deliver intents until told to stop.",
        discussion: """
            SIGTERM or SIGINT stops claiming, waits for the requests in flight, settles them and exits 0; a second one \
            exits at once, which loses nothing. SIGHUP reads the configuration and the API key again.
            A database or log that is replaced underneath ends it with exit code 74: start it on what is there now.

            With --http it serves /metrics for Prometheus, /healthz and /readyz; see docs/metrics.md.
            """)

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var log: LogOptions

    @Option(help: ArgumentHelp("Serve metrics and health here, as HOST:PORT or unix:PATH.", valueName: "address"))
    var http: ListenAddress?

    func run() async throws {
        _ = try await WorkerSession(options: options, log: log, http: http).run()
    }
}
