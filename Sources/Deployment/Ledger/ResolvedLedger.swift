import Delivery
import Foundation

/// Writes down outside the database what a person has said was delivered, beside the worker that serves it.
///
/// Each call is one file of its own, whole and on the disk or not there; the worker's own files are left alone.
public struct ResolvedLedger: Sendable {
    /// Names tried before giving up: others may take one at the same time.
    private static let triesMax = 100

    private let folder: String
    private let uuid: String

    /// Nil when the state directory knows no outbox of this identity.
    ///
    /// Throws `StateFailure` for what cannot be read below it.
    public init?(of uuid: String, in stateDirectory: String) throws {
        let folders = StateFolders(path: stateDirectory)
        guard let binding = try folders.bindings().first(where: { $0.knows(uuid) }) else { return nil }
        folder = folders.folderPath(binding.folder)
        self.uuid = uuid
    }

    /// Stores that these intents were delivered; throws `StateFailure` when that cannot be written.
    public func note(_ delivered: [IntentDigest], in batches: [Int64], now: Date = Date()) throws {
        let group = LedgerGroup(intents: 0, batches: 0, settled: batches, delivered: delivered)
        let bytes = LedgerRecord.session(uuid: uuid).bytes + LedgerRecord.group(group).bytes
        let path = try place(LedgerSegment.day(now))
        do {
            try DurableFile.write(bytes, to: path)
            try handToOwner(path)
        } catch {
            unlink(path)
            throw error
        }
    }

    /// A name that is this call's own.
    private func place(_ day: String) throws -> String {
        let last = try LedgerSegment.all(in: folder).last?.number ?? 0
        for number in (last + 1)...(last + Self.triesMax) {
            let path = "\(folder)/\(LedgerSegment(day: day, number: number, isResolved: true).name)"
            let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
            if file >= 0 {
                close(file)
                return path
            }
            guard errno == EEXIST else { throw StateFailure(errnoAt: path) }
        }
        throw StateFailure(path: folder, reason: "no name is free for what was resolved")
    }

    /// Root resolves, the service's user reads.
    private func handToOwner(_ path: String) throws {
        guard geteuid() == 0 else { return }
        var owner = stat()
        guard stat(folder, &owner) == 0, chown(path, owner.st_uid, owner.st_gid) == 0 else {
            throw StateFailure(errnoAt: path)
        }
    }
}
