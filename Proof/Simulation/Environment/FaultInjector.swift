import Synchronization

/// Knows whether faults are active, and draws the faults of the store's calls.
final class FaultInjector: Sendable {
    private let state: Mutex<(areFaultsActive: Bool, isCrashDue: Bool, random: PRNG)>
    private let odds: (busy: Double, crashBefore: Double, crashAfter: Double)

    init(_ scenario: Scenario, random: PRNG) {
        odds = scenario.storeFaults
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
            if state.random.chance(odds.crashBefore) { return .crashBefore }
            return state.random.chance(odds.crashAfter) ? .crashAfter : .none
        }
    }
}
