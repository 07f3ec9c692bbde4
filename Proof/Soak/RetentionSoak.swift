import ArgumentParser
import Delivery
import Foundation
import SQLiteStore

/// Delivers and prunes many intents, and measures how large the database file becomes.
struct RetentionSoak: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retention", abstract: "The file stays within 1.2 times its size after the first retention.")

    /// The retention, in rounds. Each round is one second of the clock.
    private static let retention = 20

    @Option(help: "users or entrance.")
    var shape = RequestShape.users

    @Option(help: "How many intents pass through.")
    var intents = 10_000_000

    @Option(help: "How many retentions that takes.")
    var retentions = 6

    func run() async throws {
        let outbox = try await SoakOutbox(shape.journey)
        let begun = ContinuousClock.now
        let rounds = Self.retention * retentions
        var (first, highest, log) = (0, 0, 0)
        for round in 0..<rounds {
            let now = SoakOutbox.start + .seconds(round)
            try await outbox.insert(intents / rounds, at: now)
            try await outbox.deliverAll(at: now)
            while try await outbox.store.prune(before: now - .seconds(Self.retention)) {}
            _ = try await outbox.store.checkpoint(afterPages: 0)
            let size = try outbox.bytes("")
            if round < Self.retention + 2 { first = max(first, size) }
            highest = max(highest, size)
            log = max(log, try outbox.bytes("-wal"))
            if round % Self.retention == 0 {
                print("\(round)/\(rounds): \(size >> 20) MiB, after \(ContinuousClock.now - begun)")
                fflush(nil)
            }
        }
        let ratio = Double(highest) / Double(first)
        print(
            "retention, \(shape.rawValue): \(intents) intents in \(ContinuousClock.now - begun); \(first >> 20) MiB after the first retention, \(highest >> 20) MiB at most (\(String(format: "%.3f", ratio)) times); log \(log >> 20) MiB at most"
        )
        try outbox.remove()
        if ratio > 1.2 { throw ExitCode(1) }
    }
}
