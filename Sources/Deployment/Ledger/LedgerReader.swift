import Delivery
import Foundation

/// Reads the ledger of one database.
///
/// A truncated or damaged record ends its segment; the other segments are still read. A missing folder is an empty
/// ledger. Every function throws `StateFailure` when a file cannot be read.
public struct LedgerReader: Sendable {
    /// What the last groups under one identity contain.
    public struct Tail: Sendable, Equatable {
        public var marks: Marks
        /// The batches of the last round that settled any.
        public var settled: [Int64]
    }

    let folder: String

    /// - Parameter folder: the path of a database's folder in the state directory.
    public init(folder: String) {
        self.folder = folder
    }

    /// The marks and settled batches at the end of the ledger; nil when its last segment belongs to another identity.
    public func tail(of uuid: String) throws -> Tail? {
        guard access(folder, F_OK) == 0 else { return nil }
        for segment in try LedgerSegment.all(in: folder).reversed() where !segment.isResolved {
            var owner: String?
            var last: LedgerGroup?
            var settled: [Int64] = []
            try forEachRecord(of: segment) { record in
                switch record {
                case .session(let uuid): owner = uuid
                case .group(let group):
                    last = group
                    if !group.settled.isEmpty { settled = group.settled }
                }
            }
            guard let owner else { continue }
            guard owner == uuid else { return nil }
            if let last {
                return Tail(marks: Marks(intents: last.intents, batches: last.batches), settled: settled)
            }
        }
        return nil
    }

    /// The digests of the delivered contents of these intents, by intent id. An id without a delivery is left out.
    ///
    /// One id has several digests when a restored database has used the id again for another intent.
    public func proofs(of ids: Set<Int64>) throws -> [Int64: Set<UInt64>] {
        var proofs: [Int64: Set<UInt64>] = [:]
        guard !ids.isEmpty, access(folder, F_OK) == 0 else { return proofs }
        for segment in try LedgerSegment.all(in: folder) {
            try forEachRecord(of: segment) { record in
                guard case .group(let group) = record else { return }
                for delivery in group.delivered where ids.contains(delivery.id) {
                    proofs[delivery.id, default: []].insert(delivery.digest)
                }
            }
        }
        return proofs
    }

    private func forEachRecord(of segment: LedgerSegment, _ body: (LedgerRecord) -> Void) throws {
        let path = "\(folder)/\(segment.name)"
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
        } catch {
            throw StateFailure(path: path, reason: error.localizedDescription)
        }
        var offset = 0
        while let record = LedgerRecord.read(data, at: &offset) { body(record) }
    }
}
