import Delivery
import Deployment
import Synchronization

/// What a state directory remembers of the database, kept in memory: whose it is, how far it had come, what was
/// delivered.
///
/// As with the real one, a process that ends between its commit and its note leaves that one group out.
final class Notebook: Sendable {
    private struct State {
        var binding: Binding
        var delivered: [Int64: Set<UInt64>] = [:]
        var settled: [Int64] = []
        /// Delivered by groups that were never noted.
        var lost: Set<Int64> = []
        /// The last commit was never noted, and no worker has begun since.
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

    func note(_ round: Round, _ result: RoundResult) {
        guard let group = LedgerGroup.make(LedgerGroup.ended(in: round), result)?() else { return }
        raise(Marks(intents: group.intents, batches: group.batches))
        state.withLock { state in
            state.settled = group.settled
            for digest in group.delivered { state.delivered[digest.id, default: []].insert(digest.digest) }
        }
    }

    func lose(_ round: Round, _ result: RoundResult) {
        let numbers = round.settlements.flatMap { settlement in
            IntentDigest.members(of: settlement.batch)?.map(\.id) ?? []
        }
        state.withLock { state in
            state.lost.formUnion(numbers)
            state.isBehind = true
        }
    }

    var marks: Marks { state.withLock(\.binding.marks) }
    var isBehind: Bool { state.withLock(\.isBehind) }

    /// Whether the ledger proves the intent delivered, or has lost the group that would.
    func accounts(for intent: Int64) -> Bool {
        state.withLock { $0.delivered[intent] != nil || $0.lost.contains(intent) }
    }

    func proves(_ intent: Int64) -> Bool { state.withLock { $0.delivered[intent] != nil } }

    func proofs(of ids: Set<Int64>) -> [Int64: Set<UInt64>] {
        state.withLock { $0.delivered.filter { ids.contains($0.key) } }
    }

    /// How the database looks from outside, given what it says about itself.
    func recognise(_ record: IdentityRecord, isSending: ([Int64]) throws -> Bool) throws -> IdentityVerdict {
        let (binding, settled) = state.withLock { ($0.binding, $0.settled) }
        let evidence = StateEvidence(
            byUUID: record.uuid.map(binding.knows) == true ? binding : nil, byPath: binding,
            isUnsettled: try isSending(settled))
        return IdentityVerdict.of(record, at: Self.site, given: evidence)
    }

    /// The database has a new identity.
    func rebind(uuid: String) {
        state.withLock { state in
            state.binding.uuid = uuid
            state.settled = []
        }
    }
}
