import Delivery
import Deployment
import Foundation
import SQLiteStore

/// Carries an adoption out, in the database and in the state directory, so that a crash at any point is made good by
/// calling it again.
struct Adoption {
    let need: AdoptionNeed
    let look: RecognitionLook
    /// The identity that is adopted.
    let before: String?
    let connection: OperatorConnection
    let now: WallTime

    func report(onProgress: (Double) -> Void = { _ in }) throws -> Adopting.Report {
        try adopting(extra: nil).look(onProgress: onProgress)
    }

    /// The report and the new uuid; nil when somebody else was faster.
    func apply(
        _ choice: Adopting.Choice, onProgress: (Double) -> Void = { _ in }
    ) throws -> (Adopting.Report, uuid: String)? {
        let uuid = UUID().uuidString.lowercased()
        var binding = try target()
        if let source = need.remembered, source.folder != binding.folder {
            try look.folders.takeLedger(of: source, into: binding)
        }
        // Before the database: whatever a crash leaves, the database is known by its old identity or by this one.
        binding.next = uuid
        try look.folders.settle(binding)
        let adopting = adopting(extra: binding)
        let report = try adopting.apply(choice, onProgress: onProgress)
        // The worker that waits begins right now, and completes the binding.
        guard try adopting.finish(uuid: uuid, before: before, at: look.site) else { return nil }
        return (report, uuid)
    }

    /// The folder of this database from now on: never that of one that is still in use elsewhere.
    private func target() throws -> Binding {
        let path = look.site.database
        let marks = need.remembered?.marks ?? Marks()
        let known = try look.folders.bindings().first { $0.path == path }
        var binding =
            known ?? (need.cause == .restored ? need.remembered : nil)
            ?? Binding(folder: StateFolders.folderName(forDatabase: path), path: path, uuid: nil)
        binding.path = path
        binding.marks = marks
        return binding
    }

    private func adopting(extra: Binding?) -> Adopting {
        let folders = Set([need.remembered, extra].compactMap { $0?.folder })
        let readers = folders.map { LedgerReader(folder: look.folders.folderPath($0)) }
        return Adopting(connection, need, at: now) { ids in
            try readers.reduce(into: [:]) { proofs, reader in
                proofs.merge(try reader.proofs(of: ids)) { $0.union($1) }
            }
        }
    }
}
