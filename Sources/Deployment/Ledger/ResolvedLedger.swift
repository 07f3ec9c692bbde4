import Delivery
import Foundation

/// Records in the ledger which intents an operator has resolved as delivered, while a worker may write the same ledger.
///
/// Each call writes one segment of its own. The segment is complete and durable, or it does not exist. The segments of
/// the worker are not changed.
public struct ResolvedLedger: Sendable {
    /// The number of names to try; another process may take a name at the same time.
    private static let triesMax = 100

    private let folder: String
    private let uuid: String

    /// Finds the folder of a database; nil when the state directory contains no database with this identity.
    ///
    /// - Throws: `StateFailure` when the state directory cannot be read.
    public init?(of uuid: String, in stateDirectory: String) throws {
        let folders = StateFolders(path: stateDirectory)
        guard let binding = try folders.bindings().first(where: { $0.knows(uuid) }) else { return nil }
        folder = folders.folderPath(binding.folder)
        self.uuid = uuid
    }

    /// Stores durably that these intents were delivered.
    ///
    /// - Throws: `StateFailure` when the segment cannot be written; no segment is left then.
    public func note(_ delivered: [IntentDigest], in batches: [Int64], now: Date = Date()) throws {
        let group = LedgerGroup(intents: 0, batches: 0, settled: batches, delivered: delivered)
        let bytes = LedgerRecord.session(uuid: uuid).bytes + LedgerRecord.group(group).bytes
        let path = try reserveSegment(LedgerSegment.day(now))
        do {
            try DurableFile.write(bytes, to: path)
            try handToOwner(path)
        } catch {
            unlink(path)
            throw error
        }
    }

    /// Creates an empty segment under a name that no other process uses, and returns its path.
    private func reserveSegment(_ day: String) throws -> String {
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
        throw StateFailure(path: folder, reason: "there is no unused file name for the resolved intents")
    }

    /// Gives the segment to the owner of the folder, because a command of root writes it and the worker's user reads
    /// it.
    private func handToOwner(_ path: String) throws {
        guard geteuid() == 0 else { return }
        var owner = stat()
        guard stat(folder, &owner) == 0, chown(path, owner.st_uid, owner.st_gid) == 0 else {
            throw StateFailure(errnoAt: path)
        }
    }
}
