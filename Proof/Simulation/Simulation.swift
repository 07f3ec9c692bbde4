import Delivery
import Deployment
import GRDB
import JourneyOutbox
import SQLiteMemory
import SQLiteStore
import Sandbox
import Synchronization

/// Runs universes, one for each seed.
public final class Simulation: Sendable {
    /// What a seed came to.
    public struct Outcome: Sendable {
        public var seed: UInt64
        /// Every breach of the promise; empty when it was kept.
        public var breaches: [Breach]
        /// What the workers reported, in order.
        public var events: [String]
        public var requests: Int
        public var effects: Int
        public var crashes: Int
        /// Random numbers drawn by everything but the workers' own jitter, which the times in `fingerprint` show.
        public var draws: Int
        /// A digest of every request, its time, its answer and its effects, in order: the same for the same run.
        public var fingerprint: UInt64
        public var isRestored: Bool
    }

    /// What is found in every payload, contact and API key, and must be in no log.
    public static let canary = Intention.canary

    private let template: [UInt8]
    /// What no run uses at the moment.
    private let free = Mutex<[SharedDatabase]>([])

    /// - Throws: when the outbox cannot be made.
    public init() throws {
        // Runs beside each other would wait for one another at every allocation.
        sqlite_leave_memory_uncounted()
        let file = MemoryFile()
        let database = try DatabaseQueue(path: file.path)
        try Outbox.migrate(database)
        try OutboxIdentity(database).bind(uuid: Self.uuid(1), at: Notebook.site)
        template = try file.bytes(through: database)
        try database.close()
    }

    /// Keys are derived from an outbox's identity: a run is the same only under the same one.
    static func uuid(_ number: Int) -> String { "0b8a2f6e-0000-4000-8000-00000000000\(number)" }

    /// Runs one seed to its end.
    ///
    /// - Parameters:
    ///   - lanes: what the run is to have in any case, beside what the seed draws.
    ///   - keepsEvents: whether the outcome tells what the workers reported.
    ///   - listener: told what the workers report.
    public func run(
        seed: UInt64, tilted lanes: Set<Lane> = [], keepsEvents: Bool = false,
        listener: (@Sendable (WorkerEvent) -> Void)? = nil
    ) throws -> Outcome {
        let database = try free.withLock { $0.popLast() } ?? SharedDatabase(template)
        try database.put(template)
        let universe = try Universe(
            seed: seed, tilted: lanes, in: database, uuid: Self.uuid(1),
            journal: Journal(isKept: keepsEvents, listener: listener))
        let breaches = try universe.run()
        let records = universe.network.records
        // A run that throws leaves its database to nobody.
        free.withLock { $0.append(database) }
        let effects = universe.network.effects.count
        return Outcome(
            seed: seed, breaches: breaches, events: universe.journal.lines, requests: records.count - effects,
            effects: effects, crashes: universe.crashes,
            draws: universe.dice.draws + universe.network.draws + universe.weather.draws,
            fingerprint: Self.fingerprint(of: records), isRestored: !universe.mayDouble.isEmpty)
    }

    /// FNV-1a over the records' lines (RFC 9923).
    private static func fingerprint(of records: [SandboxRecord]) -> UInt64 {
        var digest: UInt64 = 0xCBF2_9CE4_8422_2325
        for record in records {
            for byte in record.line.utf8 { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }
        return digest
    }
}
