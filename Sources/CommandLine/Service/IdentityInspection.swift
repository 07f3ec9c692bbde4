import Delivery
import Deployment
import Foundation
import Operation
import PlainText
import Settings

/// Collects the evidence about a database's identity, inside and outside the database, and judges it.
struct IdentityInspection {
    let engine: any OutboxEngine
    let place: Place
    let folders: StateFolders

    /// Creates the state directory if there is none, or throws exit 78 when that fails.
    init(_ configuration: Configuration, of engine: any OutboxEngine) throws {
        do {
            folders = try StateFolders.open(configuration.stateDirectory)
        } catch let failure as StateFailure {
            throw CommandFailure.configuration("\(failure)")
        }
        self.engine = engine
        place = Place(
            database: Self.real(engine.database), stateDirectory: folders.path,
            deployment: configuration.deployment)
    }

    /// Inspects as a worker with this state directory would, and creates nothing.
    init(reading configuration: Configuration, of engine: any OutboxEngine, in directory: String) {
        self.engine = engine
        folders = StateFolders(path: Self.real(directory))
        place = Place(
            database: Self.real(engine.database), stateDirectory: folders.path, deployment: configuration.deployment)
    }

    private static func real(_ path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    }

    /// Throws `StateFailure` for what cannot be read below the state directory, and `StoreError.busy` for a locked
    /// database.
    func verdict(on identity: any IdentityStore) throws -> Recognition {
        let record = try identity.identityRecord()
        return Recognition.of(record, at: place, in: try evidence(about: record, identity.isSending))
    }

    /// The same beside a worker that may be running. The database is read after the ledger, which is never ahead of it.
    func verdict(on store: any OperatorStore) throws -> Recognition {
        let evidence = try evidence(about: try store.identityRecord(), store.isSending)
        return Recognition.of(try store.identityRecord(), at: place, in: evidence)
    }

    private func evidence(
        about record: Sighting, _ isSending: ([Int64]) throws -> Bool
    ) throws -> Surroundings {
        let bindings = try folders.bindings()
        var evidence = Surroundings(byPath: bindings.first { $0.path == place.database })
        guard let uuid = record.uuid else { return evidence }
        if var known = bindings.first(where: { $0.knows(uuid) }) {
            if let tail = try ledger(of: known).tail(of: uuid) {
                known.marks = known.marks.raised(to: tail.marks)
                evidence.isUnsettled = try isSending(tail.settled)
            }
            evidence.byUUID = known
            evidence.oldPlace = engine.oldPlace(at: known.path, from: place.database, isKnown: known.knows)
        } else {
            evidence.elsewhere = elsewhere(record, uuid)
        }
        return evidence
    }

    func ledger(of binding: Binding) -> LedgerReader {
        LedgerReader(folder: folders.folderPath(binding.folder))
    }

    private func elsewhere(_ record: Sighting, _ uuid: String) -> Surroundings.Elsewhere {
        guard let other = record.stateDirectory, other != place.stateDirectory else { return .none }
        do {
            let theirs = try StateFolders(path: other).bindings().first { $0.knows(uuid) }
            guard let theirs else { return .absent }
            let old = engine.oldPlace(at: theirs.path, from: place.database, isKnown: theirs.knows)
            return old == .here || old == .sameFile ? .serves : .absent
        } catch {
            return .unreadable
        }
    }
}
