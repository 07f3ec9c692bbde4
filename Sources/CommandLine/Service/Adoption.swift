import Delivery
import Deployment
import Foundation
import Operation

/// One adoption, in the database and in the state directory.
///
/// A crash at any point leaves a state that the next call completes.
struct Adoption {
    let need: AdoptionNeed
    let inspection: IdentityInspection
    /// The identity that is adopted.
    let before: String?
    let store: any OperatorStore
    let now: WallTime

    func report(onProgress: (Double) -> Void = { _ in }) throws -> AdoptionReport {
        try store.previewAdoption(need, proofs: proofs(extra: nil), at: now, onProgress: onProgress)
    }

    /// The report and the new uuid; nil when another command has adopted the database first.
    func apply(
        _ choice: AdoptionChoice, onProgress: (Double) -> Void = { _ in }
    ) throws -> (AdoptionReport, uuid: String)? {
        let uuid = UUID().uuidString.lowercased()
        var binding = try target()
        if let source = need.remembered, source.folder != binding.folder {
            try inspection.folders.takeLedger(of: source, into: binding)
        }
        // The folder is written first. After a crash it knows the database by its old identity or by the new one.
        binding.next = uuid
        try inspection.folders.settle(binding)
        let report = try store.adopt(
            choice, need, proofs: proofs(extra: binding), at: now, onProgress: onProgress)
        // A waiting worker begins as soon as this is committed, and completes the binding.
        guard try store.finishAdoption(need, uuid: uuid, before: before, at: inspection.site) else { return nil }
        return (report, uuid)
    }

    /// The folder of this database from now on. It is never the folder of a database that is still in use elsewhere.
    private func target() throws -> Binding {
        let path = inspection.site.database
        let marks = need.remembered?.marks ?? Marks()
        let known = try inspection.folders.bindings().first { $0.path == path }
        var binding =
            known ?? (need.cause == .restored ? need.remembered : nil)
            ?? Binding(folder: StateFolders.folderName(forDatabase: path), path: path, uuid: nil)
        binding.path = path
        binding.marks = marks
        return binding
    }

    /// Reads the proofs from the ledgers of the remembered database and of this one.
    private func proofs(extra: Binding?) -> DeliveryProofs {
        let folders = Set([need.remembered, extra].compactMap { $0?.folder })
        let readers = folders.map { LedgerReader(folder: inspection.folders.folderPath($0)) }
        return { ids in
            try readers.reduce(into: [:]) { proofs, reader in
                proofs.merge(try reader.proofs(of: ids)) { $0.union($1) }
            }
        }
    }
}
