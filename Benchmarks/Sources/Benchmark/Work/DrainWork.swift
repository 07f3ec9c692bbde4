import ArgumentParser
import Delivery
import Deployment
import Foundation
import SQLiteStore
import SpotzeeAPI
import Synchronization

/// Drains a database with the real worker, its store and its ledger, in this process.
struct DrainWork: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "drain-work", shouldDisplay: false)

    @Option var database: String
    @Option var state: String
    /// The port of the server. Without it, no request is sent.
    @Option var port: Int?
    @Option var connections = 16
    @Option var journeys = 10
    @Flag var entrance = false
    /// The number of rows after which the work ends.
    @Option var limit = Int.max

    func run() async throws {
        let store = try SQLiteStore(path: database, version: "benchmark")
        let folders = try StateFolders.open(state)
        let binding = Binding(folder: StateFolders.folderName(forDatabase: database), path: database, uuid: nil)
        try folders.settle(binding)
        let ledger = Ledger(binding, in: folders, retention: .seconds(7 * 86_400)) { _ in }
        let http = port.map { _ in
            SpotzeeSender(
                keys: APIKeyRing(current: "sk_benchmark"), connections: connections, timeout: .seconds(30),
                agent: "journey-outbox/benchmark")
        }
        let start = ContinuousClock.now
        let startCPU = Self.cpu()
        let (rows, requests) = try await work(LedgeredStore(store, ledger: ledger), store, http ?? NullSender())
        await ledger.finish()
        let seconds = (ContinuousClock.now - start).inSeconds
        let cpu = Self.cpu() - startCPU
        print("{\"rows\":\(rows),\"requests\":\(requests),\"seconds\":\(seconds),\"cpu\":\(cpu)}")
        try await http?.shutdown()
    }

    private func work(
        _ ledgered: LedgeredStore, _ store: SQLiteStore, _ sender: any BatchSender
    ) async throws -> (rows: Int, requests: Int) {
        let done = Mutex((rows: 0, requests: 0))
        let ending = Mutex<(@Sendable () -> Void)?>(nil)
        let limit = limit
        let worker = Worker(
            configuration: configuration, store: ledgered, sender: sender, commits: store.commits(),
            clock: SystemClock()
        ) { event in
            guard case .settled(let settlement) = event else { return }
            let rows = done.withLock { done in
                done.rows += settlement.deliveredCount
                done.requests += 1
                return done.rows
            }
            if rows >= limit { ending.withLock { $0 }?() }
        }
        ending.withLock { $0 = worker.stop }
        if limit == .max {
            try await worker.run(draining: Worker.Drain(timeout: .seconds(3600)))
        } else {
            try await worker.run()
        }
        return done.withLock { $0 }
    }

    private var configuration: WorkerConfiguration {
        WorkerConfiguration(
            journeys: (0..<journeys).map {
                Journey(name: "journey-\($0)", id: Int64(33 + $0), entranceID: entrance ? 42 : nil)
            },
            policy: DeliveryPolicy(connections: connections), url: "http://127.0.0.1:\(port ?? 1)/api/client",
            version: "2026-04-28", rate: [], idempotency: .enforced)
    }

    static func cpu() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_utime.seconds + usage.ru_stime.seconds
    }
}

/// A sender without a network: every request succeeds at once.
struct NullSender: BatchSender {
    func send(_ batch: Batch) async -> Answer {
        .response(
            Response(
                status: 200, contentType: "application/json", requestID: "req_0",
                body: Array(#"{"success":true}"#.utf8)))
    }

    func read(journey target: Target) async -> JourneyReport { JourneyReport(reading: .live) }
    func sendWithoutEffect(key: String, target: Target) async -> Answer { .silence(reason: "nothing is sent") }
    var apiKeyFingerprints: [String] { ["benchmark"] }
}
