import ArgumentParser

/// The daemon.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Deliver intents until it is stopped.",
        discussion: """
            On SIGTERM or SIGINT it claims nothing more, waits for the requests in flight, settles them and exits 0; on a \
            second signal it exits at once, and no intent is lost. On SIGHUP it reads the configuration and the API key \
            again.
            When another file replaces the database or its log, it exits with code 74: start it again to use the new file.

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
