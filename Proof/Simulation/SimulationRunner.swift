import Delivery
import Deployment
import GRDB
import JourneyOutbox
import SQLiteMemory
import SQLiteStore
import Sandbox
import Synchronization

/// The result of one run.
public struct SimulationResult: Sendable {
    public var seed: UInt64
    /// Every breach of an invariant; empty when all held.
    public var breaches: [Breach]
    /// Every violation of the promise, in a run in the weather of the documents.
    public var violations: [PromiseViolation] = []
    /// The events that the workers reported, in their order; empty unless the caller asked for them.
    public var events: [String]
    public var requests: Int
    public var effects: Int
    public var crashes: Int
    /// How many random numbers were drawn, without those for the workers' own jitter. The jitter shows in the times
    /// that
    /// `fingerprint` covers.
    public var draws: Int
    /// A digest of every request, its time, its answer and its effects, in their order. The same run has the same
    /// digest.
    public var fingerprint: UInt64
    public var isRestored: Bool
}

/// What the API and the network of a run may do.
public enum SimulationModel: Sendable, Equatable {
    /// The faults that the worker was built against.
    case classic
    /// Everything that the API's documents leave possible, without the given features.
    case documents(without: Set<WeatherFeature> = [])
}

/// Runs the simulation for a seed, as often and in as many threads as the caller wants.
public final class SimulationRunner: Sendable {
    /// A word in every payload, contact and API key. It must not occur in any log.
    public static let canary = PlannedIntent.canary

    private let template: [UInt8]
    /// Databases that no run uses at the moment.
    private let free = Mutex<[SharedDatabase]>([])

    /// Creates the database that every run starts with.
    ///
    /// - Throws: an error of SQLite when the outbox cannot be created.
    public init() throws {
        // Concurrent runs would otherwise wait for SQLite's memory lock at every allocation.
        sqlite_disable_memory_statistics()
        let file = MemoryFile()
        let database = try DatabaseQueue(path: file.path)
        try Outbox.migrate(database)
        try OutboxIdentity(database).bind(uuid: Self.uuid(1), at: SimulatedStateDirectory.site)
        template = try file.bytes(through: database)
        try database.close()
    }

    /// Fixed identities of the outbox. Keys are derived from the identity, and runs must not differ between calls.
    static func uuid(_ number: Int) -> String { "0b8a2f6e-0000-4000-8000-00000000000\(number)" }

    /// Runs one seed to its end.
    ///
    /// - Parameters:
    ///   - tilts: what the run must have, in addition to what the seed draws.
    ///   - model: what the API and the network may do.
    ///   - keepsEvents: whether the result contains the events that the workers report.
    ///   - listener: called with each event that a worker reports.
    /// - Throws: an error of SQLite. A broken invariant is no error: it is in the result's `breaches`.
    public func run(
        seed: UInt64, tilted tilts: Set<Tilt> = [], model: SimulationModel = .classic, keepsEvents: Bool = false,
        listener: (@Sendable (WorkerEvent) -> Void)? = nil
    ) throws -> SimulationResult {
        let database = try free.withLock { $0.popLast() } ?? SharedDatabase(template)
        try database.put(template)
        let simulator = try Simulator(
            seed: seed, tilted: tilts, model: model, in: database, uuid: Self.uuid(1),
            eventTrace: EventTrace(isKept: keepsEvents, listener: listener))
        let breaches = try simulator.run()
        if let documents = simulator.documents {
            free.withLock { $0.append(database) }
            let truth = documents.truth
            return SimulationResult(
                seed: seed, breaches: breaches, violations: simulator.violations, events: simulator.eventTrace.lines,
                requests: truth.requests, effects: truth.entrances.values.reduce(0) { $0 + $1.count },
                crashes: simulator.crashes,
                draws: simulator.random.draws + documents.draws + simulator.faultInjector.draws,
                fingerprint: truth.fingerprint, isRestored: false)
        }
        let records = simulator.network.records
        // The database of a run that throws is not used again.
        free.withLock { $0.append(database) }
        let effects = simulator.network.effects.count
        return SimulationResult(
            seed: seed, breaches: breaches, events: simulator.eventTrace.lines, requests: records.count - effects,
            effects: effects, crashes: simulator.crashes,
            draws: simulator.random.draws + simulator.network.draws + simulator.faultInjector.draws,
            fingerprint: Self.fingerprint(of: records), isRestored: !simulator.allowedDuplicates.isEmpty)
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
