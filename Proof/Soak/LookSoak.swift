import ArgumentParser
import Delivery
import Foundation
import Operation
import SQLiteStore

/// Measures what `status`, the metrics and `why` cost on a database with ten million intents.
struct LookSoak: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "look", abstract: "What status, metrics and why cost with ten million intents.")

    @Option(help: "users or entrance.")
    var shape = RequestShape.users

    @Option(help: "How many intents are pending.")
    var pending = 10_000_000

    @Option(help: "How many are delivered.")
    var delivered = 10_000_000

    @Flag(help: "Keep the database, and print its path.")
    var keep = false

    func run() async throws {
        let outbox = try await SoakOutbox(shape.journey)
        try await outbox.insert(delivered, at: SoakOutbox.start)
        try await outbox.deliverAll(at: SoakOutbox.start)
        try await outbox.insert(pending, at: SoakOutbox.start + .seconds(1))
        _ = try await outbox.store.checkpoint(afterPages: 0)
        let now = SoakOutbox.start + .seconds(2)
        let connection = try OperatorConnection(path: outbox.path, for: .looking)
        print("\(shape.rawValue): \(delivered) delivered, \(pending) pending, \(try outbox.bytes("") >> 20) MiB")
        report("status, as metrics sample it", try times(20) { _ in _ = try StatusReport(connection, at: now) })
        for (name, base) in [("an early", 0), ("a middle", delivered / 2), ("a late", delivered - 20)] {
            let took = try times(5) { _ = try IntentTrace(of: Int64(base + 1 + $0), connection, at: now) }
            report("why, of \(name) delivered one", took)
        }
        report(
            "why, of a pending one",
            try times(5) { _ = try IntentTrace(of: Int64(delivered + 1 + $0), connection, at: now) })
        if keep { print(outbox.path) } else { try outbox.remove() }
    }

    private func times(_ count: Int, _ body: (Int) throws -> Void) rethrows -> [Duration] {
        try (0..<count).map { turn in try ContinuousClock().measure { try body(turn) } }
    }

    private func report(_ what: String, _ took: [Duration]) {
        print("\(what): median \(took.sorted()[took.count / 2]), at most \(took.max() ?? .zero)")
        fflush(nil)
    }
}
