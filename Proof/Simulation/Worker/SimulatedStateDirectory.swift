import Delivery
import Deployment
import Synchronization

/// The state directory of the simulated machine, kept in memory: which database it belongs to, the highest ids that
/// were used, and which intents were delivered.
///
/// As with the real one, the record of one group is missing when a process ends between its commit and that record.
final class SimulatedStateDirectory: Sendable {
    private struct State {
        var binding: Binding
        var delivered: [Int64: Set<UInt64>] = [:]
        var settled: [Int64] = []
        /// The intents of committed groups that were never recorded.
        var lost: Set<Int64> = []
        /// Whether the last commit was never recorded and no worker has started since.
        var isBehind = false
    }

    static let site = DeploymentSite(database: "/simulated/app.db", stateDirectory: "/simulated/state", deployment: nil)
    private let state: Mutex<State>

    init(uuid: String) {
        state = Mutex(State(binding: Binding(folder: "app", path: Self.site.database, uuid: uuid)))
    }

    func raise(_ marks: Marks) {
        state.withLock { state in
            state.binding.marks = state.binding.marks.raised(to: marks)
            state.isBehind = false
        }
    }

    /// Records what a committed round has settled.
    func record(_ round: Round, _ result: RoundResult) {
        guard let group = LedgerGroup.make(LedgerGroup.ended(in: round), result)?() else { return }
        raise(Marks(intents: group.intents, batches: group.batches))
        state.withLock { state in
            state.settled = group.settled
            for digest in group.delivered { state.delivered[digest.id, default: []].insert(digest.digest) }
        }
    }

    /// Notes that a committed round will not be recorded, because its process has ended.
    func recordLoss(of round: Round) {
        let ids = round.settlements.flatMap { settlement in
            IntentDigest.members(of: settlement.batch)?.map(\.id) ?? []
        }
        state.withLock { state in
            state.lost.formUnion(ids)
            state.isBehind = true
        }
    }

    var marks: Marks { state.withLock(\.binding.marks) }
    var isBehind: Bool { state.withLock(\.isBehind) }

    /// Whether the intent is proved delivered, or belongs to a group whose record is missing.
    func provesOrLost(_ intent: Int64) -> Bool {
        state.withLock { $0.delivered[intent] != nil || $0.lost.contains(intent) }
    }

    /// Whether the intent is proved delivered.
    func proves(_ intent: Int64) -> Bool { state.withLock { $0.delivered[intent] != nil } }

    func proofs(of ids: Set<Int64>) -> [Int64: Set<UInt64>] {
        state.withLock { $0.delivered.filter { ids.contains($0.key) } }
    }

    /// Compares the identity that the database states with what is recorded here.
    func recognise(_ record: IdentityRecord, isSending: ([Int64]) throws -> Bool) throws -> IdentityVerdict {
        let (binding, settled) = state.withLock { ($0.binding, $0.settled) }
        let evidence = StateEvidence(
            byUUID: record.uuid.map(binding.knows) == true ? binding : nil, byPath: binding,
            isUnsettled: try isSending(settled))
        return IdentityVerdict.of(record, at: Self.site, given: evidence)
    }

    /// Records the new identity of the adopted database.
    func rebind(uuid: String) {
        state.withLock { state in
            state.binding.uuid = uuid
            state.settled = []
        }
    }
}
