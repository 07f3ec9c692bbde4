import ArgumentParser
import Foundation
import Logging
import PlainText
import Sandbox

/// The simulated API on loopback.
struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox", abstract: "Serve a simulated Spotzee journey API on loopback, to try things out.",
        discussion: """
            Listens on 127.0.0.1 only. Set api.url in a configuration to the address that it prints, and use the key that \
            it prints.

            \(SandboxSpecialID.table.map { "  \($0.pattern): \($0.meaning)" }.joined(separator: "\n"))
            """)

    @Option(help: "The port; 0 takes a free one.")
    var port = 8480

    @Option(name: .customLong("journey"), help: ArgumentHelp("A live journey; repeat for more.", valueName: "id"))
    var journeys: [Int] = [33]

    @Option(
        name: .customLong("entrance"), help: ArgumentHelp("An entrance step that every journey has.", valueName: "id"))
    var entrances: [Int] = [1, 42]

    @Option(
        help: ArgumentHelp("Append every request and effect to this file, one JSON object per line.", valueName: "file")
    )
    var log: String?

    @Option(help: ArgumentHelp("An API key that is accepted.", valueName: "key"))
    var key = "sk_sandbox"

    @OptionGroup var format: FormatOptions

    func run() async throws {
        var configuration = SandboxConfiguration(
            port: port, apiKeys: [key], journeys: journeys.map { SandboxJourney(id: $0, entranceIDs: entrances) },
            logFile: log)
        configuration.requestLog = log != nil
        let server = try SandboxServer(
            configuration: configuration, clock: .system,
            logger: Logger(label: "sandbox") { _ in SwiftLogNoOpLogHandler() },
            onListening: { port in
                let url = "http://127.0.0.1:\(port)/api/client"
                format.print(.object([.init("url", .string(url)), .init("key", .string(key))])) { _ in
                    "api.url: \(url)\napi key: \(key)"
                }
            })
        try await server.run()
    }
}
