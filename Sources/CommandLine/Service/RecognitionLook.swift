import Delivery
import Deployment
import Foundation
import PlainText
import SQLiteStore
import Settings

/// Gathers what is to be seen of a database and around it, and judges it.
struct RecognitionLook {
    let site: DeploymentSite
    let folders: StateFolders

    /// Throws exit 78 when there is no state directory to be had.
    init(_ configuration: Configuration) throws {
        do {
            folders = try StateFolders.open(configuration.stateDirectory)
        } catch let failure as StateFailure {
            throw Failure.configuration("\(failure)")
        }
        site = DeploymentSite(
            database: Self.real(configuration.database), stateDirectory: folders.path,
            deployment: configuration.deployment)
    }

    /// Looks as a worker with this state directory would, and makes nothing there.
    init(looking configuration: Configuration, at database: String, in directory: String) {
        folders = StateFolders(path: Self.real(directory))
        site = DeploymentSite(
            database: Self.real(database), stateDirectory: folders.path, deployment: configuration.deployment)
    }

    private static func real(_ path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    }

    /// Throws `StateFailure` for what cannot be read below the state directory, `StoreError.busy` for a locked database.
    func recognise(_ identity: OutboxIdentity) throws -> IdentityVerdict {
        let record = try identity.identityRecord()
        return IdentityVerdict.of(record, at: site, given: try evidence(of: record, identity.isSending))
    }

    /// Likewise beside a worker that may be at work: the database is read after the record, which is never ahead of it.
    func recognise(_ connection: OperatorConnection) throws -> IdentityVerdict {
        let evidence = try evidence(of: try connection.identityRecord(), connection.isSending)
        return IdentityVerdict.of(try connection.identityRecord(), at: site, given: evidence)
    }

    private func evidence(
        of record: IdentityRecord, _ isSending: ([Int64]) throws -> Bool
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
            evidence.formerPath = OldPlaceLook.look(at: known.path, from: site.database, knows: known.knows)
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
            let old = OldPlaceLook.look(at: theirs.path, from: site.database, knows: theirs.knows)
            return old == .here || old == .sameFile ? .serves : .absent
        } catch {
            return .unreadable
        }
    }
}
