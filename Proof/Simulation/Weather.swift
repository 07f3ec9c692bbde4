import Synchronization

/// Whether things still go wrong, and what goes wrong with the database.
final class Weather: Sendable {
    private let state: Mutex<(isChaotic: Bool, isCrashDue: Bool, dice: Dice)>
    private let odds: (busy: Double, crashBefore: Double, crashAfter: Double)

    init(_ scenario: Scenario, dice: Dice) {
        odds = scenario.storeFaults
        state = Mutex((true, false, dice))
    }

    var isChaotic: Bool { state.withLock(\.isChaotic) }
    var draws: Int { state.withLock(\.dice.draws) }

    func calmDown() { state.withLock { $0.isChaotic = false } }

    /// The next round that a worker commits is its last, and it does not hear of it.
    func crashAfterNextRound() { state.withLock { $0.isCrashDue = true } }

    @Sendable func storeFault(ofRound isRound: Bool) -> SimulatedStore.Fault {
        state.withLock { state in
            guard state.isChaotic else { return .none }
            if state.isCrashDue, isRound {
                state.isCrashDue = false
                return .crashAfter
            }
            if state.dice.chance(odds.busy) { return .busy }
            if state.dice.chance(odds.crashBefore) { return .crashBefore }
            return state.dice.chance(odds.crashAfter) ? .crashAfter : .none
        }
    }
}
