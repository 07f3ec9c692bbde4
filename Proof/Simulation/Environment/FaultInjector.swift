import GRDB
import Synchronization

/// Knows whether faults are active, and draws the faults of the store's calls.
final class FaultInjector: Sendable {
    private let state: Mutex<(areFaultsActive: Bool, isCrashDue: Bool, random: PRNG)>
    private let odds: (busy: Double, crashBefore: Double, crashAfter: Double)
    /// The probabilities of an error of the database engine before a call and after its commit.
    private let errors: (before: Double, after: Double)
    private static let codes: [ResultCode] = [
        .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_IOERR_FSYNC, .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_BUSY,
        .SQLITE_LOCKED,
    ]

    init(_ scenario: Scenario, storeErrors: (before: Double, after: Double), random: PRNG) {
        odds = scenario.storeFaults
        errors = storeErrors
        state = Mutex((true, false, random))
    }

    var areFaultsActive: Bool { state.withLock(\.areFaultsActive) }
    var draws: Int { state.withLock(\.random.draws) }

    func endFaults() { state.withLock { $0.areFaultsActive = false } }

    /// Makes the next commit of a round end its process before it receives the result.
    func crashAfterNextRound() { state.withLock { $0.isCrashDue = true } }

    @Sendable func storeFault(ofRound isRound: Bool) -> StoreFault {
        state.withLock { state in
            guard state.areFaultsActive else { return .none }
            if state.isCrashDue, isRound {
                state.isCrashDue = false
                return .crashAfter
            }
            if state.random.chance(odds.busy) { return .busy }
            if state.random.chance(errors.before) { return .errorBefore(state.random.pick(Self.codes)) }
            if state.random.chance(errors.after) { return .errorAfter(state.random.pick(Self.codes)) }
            if state.random.chance(odds.crashBefore) { return .crashBefore }
            return state.random.chance(odds.crashAfter) ? .crashAfter : .none
        }
    }
}
