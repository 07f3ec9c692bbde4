import Delivery
import Deployment
import Foundation
import GRDB
import JourneyOutbox
import SQLiteStore
import Sandbox

/// Runs universes, one for each seed.
public struct Simulation: Sendable {
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
        public var isRestored: Bool
    }

    /// What is found in every payload, contact and API key, and must be in no log.
    public static let canary = Intention.canary

    private let folder: URL
    private let template: URL

    /// - Throws: when the folder for the databases cannot be made.
    public init() throws {
        let memory = URL(fileURLWithPath: "/dev/shm")
        let base =
            FileManager.default.isWritableFile(atPath: memory.path) ? memory : FileManager.default.temporaryDirectory
        folder = base.appendingPathComponent("simulation-\(UUID().uuidString)")
        template = folder.appendingPathComponent("template.db")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let database = try DatabaseQueue(path: template.path)
        try Outbox.migrate(database)
        try database.close()
        try OutboxIdentity(path: template.path).bind(uuid: Self.uuid(1), at: Notebook.place)
    }

    /// Keys are derived from an outbox's identity: a run is the same only under the same one.
    static func uuid(_ number: Int) -> String { "0b8a2f6e-0000-4000-8000-00000000000\(number)" }

    /// Removes the databases.
    public func close() throws { try FileManager.default.removeItem(at: folder) }

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
        let path = folder.appendingPathComponent("\(seed)-\(UUID().uuidString).db").path
        try FileManager.default.copyItem(atPath: template.path, toPath: path)
        let universe = try Universe(
            seed: seed, tilted: lanes, at: path, uuid: Self.uuid(1),
            journal: Journal(isKept: keepsEvents, listener: listener))
        let breaches = try universe.run()
        let records = universe.network.records.count
        try universe.live.queue.close()
        for suffix in ["", "-journal", "-wal", "-shm", ".backup"]
        where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.removeItem(atPath: path + suffix)
        }
        let effects = universe.network.effects.count
        return Outcome(
            seed: seed, breaches: breaches, events: universe.journal.lines, requests: records - effects,
            effects: effects, crashes: universe.crashes, isRestored: !universe.mayDouble.isEmpty)
    }
}
