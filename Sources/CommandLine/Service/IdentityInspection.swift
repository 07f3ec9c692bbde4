import Delivery
import Deployment
import Foundation
import Operation
import PlainText
import Settings

/// Collects the evidence about a database's identity, inside and outside the database, and judges it.
struct IdentityInspection {
    let engine: any OutboxEngine
    let site: DeploymentSite
    let folders: StateFolders

    /// Creates the state directory if there is none, or throws exit 78 when that fails.
    init(_ configuration: Configuration, of engine: any OutboxEngine) throws {
        do {
            folders = try StateFolders.open(configuration.stateDirectory)
        } catch let failure as StateFailure {
            throw CommandFailure.configuration("\(failure)")
        }
        self.engine = engine
        site = DeploymentSite(
            database: Self.real(engine.database), stateDirectory: folders.path,
            deployment: configuration.deployment)
    }

    /// Inspects as a worker with this state directory would, and creates nothing.
    init(reading configuration: Configuration, of engine: any OutboxEngine, in directory: String) {
        self.engine = engine
        folders = StateFolders(path: Self.real(directory))
        site = DeploymentSite(
            database: Self.real(engine.database), stateDirectory: folders.path, deployment: configuration.deployment)
    }

    private static func real(_ path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    }

    /// Throws `StateFailure` for what cannot be read below the state directory, and `StoreError.busy` for a locked
    /// database.
    func verdict(on identity: any IdentityStore) throws -> IdentityVerdict {
        let record = try identity.identityRecord()
        return IdentityVerdict.of(record, at: site, given: try evidence(about: record, identity.isSending))
    }

    /// The same beside a worker that may be running. The database is read after the ledger, which is never ahead of it.
    func verdict(on store: any OperatorStore) throws -> IdentityVerdict {
        let evidence = try evidence(about: try store.identityRecord(), store.isSending)
        return IdentityVerdict.of(try store.identityRecord(), at: site, given: evidence)
    }

    private func evidence(
        about record: IdentityRecord, _ isSending: ([Int64]) throws -> Bool
    ) throws -> StateEvidence {
        let bindings = try folders.bindings()
        var evidence = StateEvidence(byPath: bindings.first { $0.path == site.database })
        guard let uuid = record.uuid else { return evidence }
        if var known = bindings.first(where: { $0.knows(uuid) }) {
            if let tail = try ledger(of: known).tail(of: uuid) {
                known.marks = known.marks.raised(to: tail.marks)
                evidence.isUnsettled = try isSending(tail.settled)
            }
            evidence.byUUID = known
            evidence.formerPath = engine.formerPath(at: known.path, from: site.database, isKnown: known.knows)
        } else {
            evidence.otherDirectory = elsewhere(record, uuid)
        }
        return evidence
    }

    func ledger(of binding: Binding) -> LedgerReader {
        LedgerReader(folder: folders.folderPath(binding.folder))
    }

    private func elsewhere(_ record: IdentityRecord, _ uuid: String) -> StateEvidence.OtherDirectory {
        guard let other = record.stateDirectory, other != site.stateDirectory else { return .none }
        do {
            let theirs = try StateFolders(path: other).bindings().first { $0.knows(uuid) }
            guard let theirs else { return .absent }
            let old = engine.formerPath(at: theirs.path, from: site.database, isKnown: theirs.knows)
            return old == .here || old == .sameFile ? .serves : .absent
        } catch {
            return .unreadable
        }
    }
}
