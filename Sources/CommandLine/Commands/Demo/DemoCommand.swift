import ArgumentParser
import Foundation
import Operation
import PlainText
import Sandbox

/// Shows the whole delivery of intents on this machine, without an API key or a network, and removes its files.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Watch orders become journey entrances, through a crash, a rate limit and dropped connections.",
        discussion: """
            Makes a business database in a temporary folder, a producer that commits orders with their intents, the \
            sandbox with faults switched on, and a worker that is killed while it works. The numbers in the table at the \
            end are counted in the sandbox's own log.
            """)

    @Option(help: "Orders to place.")
    var orders = 5000

    func validate() throws {
        guard (10...1_000_000).contains(orders) else { throw ValidationError("--orders takes 10 to 1000000") }
    }

    func run() async throws {
        let stage = try DemoStage()
        defer { stage.clear() }
        let account = try await SandboxServer.serving(Self.api) { port, sandbox in
            try stage.writeConfiguration(port: port)
            return try await play(stage, sandbox)
        }
        Output.print(PlainText(own: account.table))
        guard account.isExact else { throw CommandFailure.general("the counts do not match; this is a bug") }
        Output.print(Self.next)
    }

    private static let next: PlainText = """

        Every intent is accounted for. Next, with your own database:
          journey-outbox migrate --database app.db
          journey-outbox enqueue welcome --external-id cust_001 --database app.db
          journey-outbox sandbox          # and `journey-outbox run` in a second terminal
        """

    /// An API that limits requests, rejects some users, and drops connections before and after the effect.
    private static var api: SandboxConfiguration {
        var faults = SandboxFaults()
        faults.dropBeforeEffect.probability = 0.03
        faults.dropAfterEffect.probability = 0.05
        faults.errorBeforeEffect.probability = 0.03
        return SandboxConfiguration(
            apiKeys: [DemoStage.key], journeys: [SandboxJourney(id: 33), SandboxJourney(id: 41, entranceIDs: [42])],
            rate: [SandboxRateLimit(requestsMax: 60, windowMilliseconds: 1000, scope: .address)], faults: faults)
    }

    /// Runs producer and worker as processes of their own. The worker is killed when half the intents were entered.
    private func play(_ stage: DemoStage, _ sandbox: Sandbox) async throws -> DemoAccount {
        Output.print("A shop places \(orders) orders; each commits its intent in the order's own transaction.")
        let producer = try stage.start(["demo-producer", "--database", stage.database, "--orders", "\(orders)"])
        var worker = try stage.start(["run", "--config", stage.configuration])
        defer {
            producer.terminate()
            worker.terminate()
        }
        var hasCrashed = false
        let progress = DemoProgress(orders: orders)
        while true {
            let effects = sandbox.effects().count
            progress.show(try stage.shop.counts(), effects: effects)
            if !hasCrashed && effects > orders / 2 {
                kill(worker.processIdentifier, SIGKILL)
                worker.waitUntilExit()
                progress.say("worker killed with SIGKILL after \(effects) entrances; a new one takes over")
                worker = try stage.start(["run", "--config", stage.configuration])
                hasCrashed = true
            }
            if !producer.isRunning, try stage.shop.counts().unfinished == 0 { break }
            guard worker.isRunning else {
                throw CommandFailure.general("the worker ended by itself:\n\(PlainText(own: try stage.log("run")))")
            }
            guard progress.elapsed < .seconds(300) else {
                throw CommandFailure.general("the demo took longer than 5 minutes")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        progress.end()
        worker.terminate()
        worker.waitUntilExit()
        return try DemoAccount(stage: stage, sandbox: sandbox)
    }
}
