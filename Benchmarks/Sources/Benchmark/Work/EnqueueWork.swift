import ArgumentParser
import Foundation
import GRDB
import JourneyOutbox

/// Enqueues intents through the library, `per` of them in each transaction.
struct EnqueueWork: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "enqueue-work", shouldDisplay: false)

    @Option var database: String
    @Option var rows = 100_000
    @Option var per = 100

    func run() async throws {
        var configuration = Configuration()
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA synchronous = FULL")
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
            // The floor has the same settings.
            try db.execute(sql: "PRAGMA temp_store = MEMORY")
            try db.execute(sql: "PRAGMA secure_delete = FAST")
            try db.execute(sql: "PRAGMA cache_size = -8192")
        }
        let queue = try DatabaseQueue(path: database, configuration: configuration)
        let intents = (0..<1000).map(Self.intent)
        let start = ContinuousClock.now
        let startCPU = DrainWork.cpu()
        for first in stride(from: 0, to: rows, by: per) {
            try await queue.write { db in
                for row in first..<min(first + per, rows) { try Outbox.enqueue(intents[row % 1000], in: db) }
            }
        }
        let seconds = (ContinuousClock.now - start).inSeconds
        print("{\"rows\":\(rows),\"seconds\":\(seconds),\"cpu\":\(DrainWork.cpu() - startCPU)}")
    }

    private static func intent(_ number: Int) -> Intent {
        let data = """
            {"order":"\(String(format: "%08x", number))","total":\(number % 900 + 10).50,"currency":"EUR","items":\
            [{"sku":"S-00a1b2","quantity":2},{"sku":"S-00c3d4","quantity":1}],"coupon":null,\
            "note":"0123456789abcdef0123456789abcdef","placed":"2026-05-12T09:00:00Z"}
            """
        return Intent(
            journey: "journey-\(number % 10)", externalID: "customer-\(String(format: "%011d", number))",
            data: JSONText(data))
    }
}
