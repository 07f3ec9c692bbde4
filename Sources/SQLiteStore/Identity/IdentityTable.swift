import Delivery
import Deployment
import Foundation
import GRDB
import Operation

/// The keys of `outbox_meta` that say which outbox this is, and how far it has come.
struct IdentityTable {
    let db: Database

    private var meta: MetaTable { MetaTable(db: db) }

    func identityRecord() throws -> IdentityRecord {
        IdentityRecord(
            uuid: try meta.text(.uuid), stateDirectory: try meta.text(.stateDirectory),
            deployment: try meta.text(.deployment), marks: try marks(), pending: try pending())
    }

    /// How far the outbox has come; a sequence that somebody has set back does not count.
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

    /// Lets no id up to `mark` be given again.
    func raiseSequence(of table: String, to mark: Int64) throws {
        guard try sequence(of: table) < mark else { return }
        try db.execute(sql: "DELETE FROM sqlite_sequence WHERE name = ?", arguments: [table])
        try db.execute(sql: "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", arguments: [table, mark])
    }

    /// Looks whether ids went back since the last look; then the outbox gets a new identity, so that no row that
    /// reuses an id travels under the key of the one before.
    ///
    /// - Parameter renewing: told the new uuid before it is stored.
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

    /// Notes, after a claim, what ids tell that they went back: a last one below `id_mark`, or one in the outbox below
    /// `id_floor`, since whatever is there later was there then or is newer.
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

    /// Stores that everything waits for a person, and lets new intents have ids of their own from here on.
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

    /// Takes back what `hold` has stored.
    func release() throws {
        try meta.remove(.adoption)
        try removePauses(except: nil)
    }

    private func removePauses(except kept: PauseCause?) throws {
        for cause in [PauseCause.databaseCopied, PauseCause.databaseRestored] where cause != kept {
            try PauseTable(db: db).remove(.everything, cause: cause)
        }
    }

    // MARK: Values

    private func number(_ key: MetaKey) throws -> Int64 {
        try meta.integer(key) ?? 0
    }
}
