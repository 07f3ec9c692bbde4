import Delivery
import Deployment
import Foundation
import PlainText
import SQLiteStore
import Settings

/// Gathers what is to be seen of a database and around it, and judges it.
struct RecognitionLook {
    let place: Place
    let folders: StateFolders

    /// Throws exit 78 when there is no state directory to be had.
    init(_ configuration: Configuration) throws {
        do {
            folders = try StateFolders.open(configuration.stateDirectory)
        } catch let failure as StateFailure {
            throw Failure.configuration("\(failure)")
        }
        place = Place(
            database: Self.real(configuration.database), stateDirectory: folders.path,
            deployment: configuration.deployment)
    }

    /// Looks as a worker with this state directory would, and makes nothing there.
    init(looking configuration: Configuration, at database: String, in directory: String) {
        folders = StateFolders(path: Self.real(directory))
        place = Place(
            database: Self.real(database), stateDirectory: folders.path, deployment: configuration.deployment)
    }

    private static func real(_ path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    }

    /// Throws `StateFailure` for what cannot be read below the state directory, `StoreError.busy` for a locked database.
    func recognise(_ identity: OutboxIdentity) throws -> Recognition {
        let sighting = try identity.sighting()
        return Recognition.of(sighting, at: place, in: try surroundings(of: sighting, identity.isSending))
    }

    /// Likewise beside a worker that may be at work: the database is read after the record, which is never ahead of it.
    func recognise(_ connection: OperatorConnection) throws -> Recognition {
        let surroundings = try surroundings(of: try connection.sighting(), connection.isSending)
        return Recognition.of(try connection.sighting(), at: place, in: surroundings)
    }

    private func surroundings(
        of sighting: Sighting, _ isSending: ([Int64]) throws -> Bool
    ) throws -> Surroundings {
        let bindings = try folders.bindings()
        var surroundings = Surroundings(byPath: bindings.first { $0.path == place.database })
        guard let uuid = sighting.uuid else { return surroundings }
        if var known = bindings.first(where: { $0.knows(uuid) }) {
            if let tail = try ledger(of: known).tail(of: uuid) {
                known.marks = known.marks.raised(to: tail.marks)
                surroundings.isUnsettled = try isSending(tail.settled)
            }
            surroundings.byUUID = known
            surroundings.oldPlace = OldPlaceLook.look(at: known.path, from: place.database, knows: known.knows)
        } else {
            surroundings.elsewhere = elsewhere(sighting, uuid)
        }
        return surroundings
    }

    func ledger(of binding: Binding) -> LedgerReader {
        LedgerReader(folder: folders.folderPath(binding.folder))
    }

    private func elsewhere(_ sighting: Sighting, _ uuid: String) -> Surroundings.Elsewhere {
        guard let other = sighting.stateDirectory, other != place.stateDirectory else { return .none }
        do {
            let theirs = try StateFolders(path: other).bindings().first { $0.knows(uuid) }
            guard let theirs else { return .absent }
            let old = OldPlaceLook.look(at: theirs.path, from: place.database, knows: theirs.knows)
            return old == .here || old == .sameFile ? .serves : .absent
        } catch {
            return .unreadable
        }
    }
}
