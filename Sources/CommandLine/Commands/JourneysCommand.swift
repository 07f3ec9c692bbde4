import ArgumentParser
import PlainText
import Settings
import SpotzeeAPI

/// What the API knows against what the configuration says.
struct JourneysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journeys", abstract: "Compare the configuration's journeys with those that the API knows.",
        discussion: """
            Requests the API's list, which changes nothing there. Journeys that the configuration does not name are \
            listed too, without a name. Exits 1 when a configured journey does not exist or is not live.
            """)

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        let setup = try Setup(try options.load(environment: ServiceEnvironment.environment()))
        let sender = setup.sender()
        let api = setup.configuration.api
        let directory = await ProgressLine("asking the API").follow {
            await sender.directory(url: api.url, version: api.version)
        }
        try await sender.shutdown()
        switch directory.outcome {
        case .listed(let entries):
            let lines = JourneyComparison.compare(setup.configuration.journeys, with: entries)
            format.print(JourneyComparison.json(lines)) { JourneyComparison.text(lines, on: $0) }
            if lines.contains(where: \.isTrouble) { throw ExitCode(1) }
        case .refused(let status, let code, let message):
            let words = [code, message].compactMap { $0 }.joined(separator: ": ")
            throw CommandFailure.general("\(api.url) answers \(status) \(words)")
        case .unreachable(let reason): throw CommandFailure.general("\(api.url) cannot be reached: \(reason)")
        }
    }
}
