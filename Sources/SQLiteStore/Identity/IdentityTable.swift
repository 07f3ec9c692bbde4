import Delivery
import Deployment
import Foundation
import GRDB
import Operation

/// The keys of `outbox_meta` that identify the outbox and store its marks.
struct IdentityTable {
    let db: Database

    private var meta: MetaTable { MetaTable(db: db) }

    func identityRecord() throws -> IdentityRecord {
        IdentityRecord(
            uuid: try meta.text(.uuid), stateDirectory: try meta.text(.stateDirectory),
            deployment: try meta.text(.deployment), marks: try marks(), pending: try pending())
    }

    /// The marks of the outbox. A sequence that was set back is not used for them.
    func marks() throws -> Marks {
        Marks(
            fence: try number(.fence), intents: max(try sequence(of: "outbox"), try number(.highestID)),
            batches: max(try sequence(of: "outbox_batch"), try lastBatch()))
    }

    private func lastBatch() throws -> Int64 {
        try Int64.fetchOne(db.cachedStatement(sql: "SELECT max(id) FROM outbox_batch")) ?? 0
    }

    func bind(uuid: String, at site: DeploymentSite) throws {
        try meta.set(.uuid, uuid)
        try meta.set(.stateDirectory, site.stateDirectory)
        if let deployment = site.deployment {
            try meta.set(.deployment, deployment)
        } else {
            try meta.remove(.deployment)
        }
    }

    // MARK: Ids

    func sequence(of table: String) throws -> Int64 {
        try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT seq FROM sqlite_sequence WHERE name = ?"), arguments: [table]) ?? 0
    }

    /// Prevents that an id up to `mark` is assigned again.
    func raiseSequence(of table: String, to mark: Int64) throws {
        guard try sequence(of: table) < mark else { return }
        try db.execute(sql: "DELETE FROM sqlite_sequence WHERE name = ?", arguments: [table])
        try db.execute(sql: "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", arguments: [table, mark])
    }

    /// Checks whether ids went back since the last call. If they did, the outbox gets a new identity, so that no row that
    /// reuses an id is sent under the key of the earlier row.
    ///
    /// - Parameter renewing: called with the new uuid before it is stored.
    /// - Returns: the uuid in force.
    func keepIDs(uuid: String, renewing: (String) throws -> Void) throws -> String {
        let mark = try number(.highestID)
        let isBack = try sequence(of: "outbox") < mark || (try firstIntent() ?? .max) < number(.lowestID)
        guard isBack else { return uuid }
        let renewed = UUID().uuidString.lowercased()
        try renewing(renewed)
        try meta.set(.uuid, renewed)
        try raiseSequence(of: "outbox", to: mark)
        return renewed
    }

    /// Stores the values that show after a claim whether ids went back: then the last id is below `id_mark`, or an id in
    /// the outbox is below `id_floor`. Rows that are there later were there at the claim, or are newer.
    func noteIDs() throws {
        let last = max(try sequence(of: "outbox"), try number(.highestID))
        try meta.set(.highestID, last)
        try meta.set(.lowestID, try firstIntent() ?? last + 1)
    }

    private func firstIntent() throws -> Int64? {
        try Int64.fetchOne(db.cachedStatement(sql: "SELECT min(id) FROM outbox"))
    }

    // MARK: Adoption

    private func pending() throws -> PendingAdoption? {
        guard let text = try meta.text(.adoption) else { return nil }
        return try JSONDecoder().decode(PendingAdoption.self, from: Data(text.utf8))
    }

    /// Stores that the whole outbox waits for an adoption. Intents inserted from now on get ids above the mark.
    func hold(_ need: AdoptionNeed, at now: WallTime) throws {
        try raiseSequence(of: "outbox", to: need.mark)
        let pending = PendingAdoption(cause: need.cause, mark: need.mark)
        try meta.set(.adoption, String(decoding: try JSONEncoder().encode(pending), as: UTF8.self))
        try removePauses(except: need.pauseCause)
        try PauseTable(db: db).put(
            Pause(
                scope: .everything, cause: need.pauseCause, detail: need.sight, requestID: nil, since: now,
                nextProbe: nil, probes: 0))
    }

    /// Removes what `hold` has stored.
    func release() throws {
        try meta.remove(.adoption)
        try removePauses(except: nil)
    }

    private func removePauses(except kept: PauseCause?) throws {
        for cause in [PauseCause.databaseCopied, .databaseRestored] where cause != kept {
            try PauseTable(db: db).remove(.everything, cause: cause)
        }
    }

    // MARK: Values

    private func number(_ key: MetaKey) throws -> Int64 {
        try meta.integer(key) ?? 0
    }
}
