import Foundation
import GRDB
import JourneyOutbox
import Sandbox

/// Runs universes, one for each seed.
public struct Simulation: Sendable {
    /// What a seed came to.
    public struct Outcome: Sendable {
        public var seed: UInt64
        /// Every breach of the promise; empty when it was kept.
        public var faults: [String]
        /// What the workers reported, in order.
        public var events: [String]
        public var requests: Int
        public var effects: Int
        public var crashes: Int
    }

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
        // Keys are derived from it: a run is the same only under the same one.
        try database.write { db in
            try db.execute(
                sql: "INSERT INTO outbox_meta (key, value) VALUES ('uuid', '0b8a2f6e-0000-4000-8000-000000000001')")
        }
        try database.close()
    }

    /// Removes the databases.
    public func close() throws { try FileManager.default.removeItem(at: folder) }

    /// Runs one seed to its end.
    ///
    /// - Parameter keepsEvents: whether the outcome tells what the workers reported.
    public func run(seed: UInt64, keepsEvents: Bool = false) throws -> Outcome {
        let path = folder.appendingPathComponent("\(seed)-\(UUID().uuidString).db")
        try FileManager.default.copyItem(at: template, to: path)
        let universe = try Universe(seed: seed, at: path.path, isKept: keepsEvents)
        let faults = try universe.run()
        let records = universe.network.records
        try universe.producer.database.close()
        for suffix in ["", "-journal", "-wal", "-shm"] {
            let file = path.path + suffix
            if FileManager.default.fileExists(atPath: file) { try FileManager.default.removeItem(atPath: file) }
        }
        let effects = records.count { if case .effect = $0 { return true } else { return false } }
        return Outcome(
            seed: seed, faults: faults, events: universe.journal.lines, requests: records.count - effects,
            effects: effects, crashes: universe.crashes)
    }
}
