/// Explores every schedule of a batch whose outcome is unknown: arrivals, edges, copies, crashes and the worker's rules, in
/// every order, within bounds.
public struct KeyModel: Sendable {
    /// What must never happen.
    public enum Fault: String, Sendable, Hashable, CaseIterable {
        case enteredTwice = "entered twice"
        case deliveredNotEntered = "called delivered and never entered"
        case withheldNotKnown = "called known to the API, which has never seen it"
        case noWayOn = "a state without a next step"
    }

    public struct Result: Sendable {
        public var states = 0
        public var transitions = 0
        public var faults: [Fault: [String]] = [:]
        public var endings: [String: Int] = [:]
    }

    let world: KeyWorld
    let rules: KeyRules
    /// The largest number of attempts of the request.
    let attemptsMax: UInt8

    public init(_ world: KeyWorld, _ rules: KeyRules = KeyRules(), attemptsMax: UInt8 = 3) {
        (self.world, self.rules, self.attemptsMax) = (world, rules, attemptsMax)
    }

    // MARK: Exploration

    /// Visits every reachable state once.
    ///
    /// - Parameter stopsAtFault: whether the first fault ends the search. Its schedule is part of the result.
    public func explore(stopsAtFault: Bool = false) -> Result {
        var result = Result()
        let first = start()
        var states = [first]
        var parents: [(parent: Int, step: String)] = [(-1, "start")]
        var seen: Set<KeyState> = [first]
        var index = 0
        while index < states.count {
            let state = states[index]
            let successors = successors(of: state)
            if let fault = fault(of: state) ?? (successors.isEmpty && isOpen(state) ? .noWayOn : nil) {
                if result.faults[fault] == nil { result.faults[fault] = schedule(to: index, parents) }
                if stopsAtFault { break }
            }
            if state.ending != .open { result.endings["\(state.ending)", default: 0] += 1 }
            // What follows a fault is no further fault.
            if fault(of: state) == nil {
                for (step, next) in successors {
                    result.transitions += 1
                    guard seen.insert(next).inserted else { continue }
                    states.append(next)
                    parents.append((index, step))
                }
            }
            index += 1
        }
        result.states = states.count
        return result
    }

    private func schedule(to index: Int, _ parents: [(parent: Int, step: String)]) -> [String] {
        var steps: [String] = []
        var index = index
        while index > 0 {
            steps.append(parents[index].step)
            index = parents[index].parent
        }
        return steps.reversed()
    }

    private func start() -> KeyState {
        var state = KeyState()
        state.facts.isEnforced = world.isEnforced
        state.facts.isOrdered = world.isOrdered
        // Both are computed from the answers that this API gives to the questions.
        let isHarmlessKept = world.isEnforced && world.savesRefusals && !world.validatesFirst
        state.facts.isReplayed = isHarmlessKept
        state.facts.isMismatched = isHarmlessKept && world.comparesBodies
        state.facts.isControlProven = world.isEnforced && world.comparesBodies && !world.validatesFirst
        return state
    }

    private func isOpen(_ state: KeyState) -> Bool {
        state.ending == .open && state.facts.sent < attemptsMax && state.facts.asked < rules.askedMax
    }

    private func fault(of state: KeyState) -> Fault? {
        if state.effects > 1, !state.hasLost { return .enteredTwice }
        if state.ending == .delivered, state.effects == 0 { return .deliveredNotEntered }
        if state.ending == .answerWithheld, !state.hasReachedAPI { return .withheldNotKnown }
        return nil
    }
}
