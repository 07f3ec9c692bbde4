/// An assumption about the API or the network, which the rules cannot do without.
public enum Assumption: String, Sendable, CaseIterable {
    /// What had an effect is in the cache, also after a 5xx.
    case effectsAreInTheCache
    /// Where that does not hold: an edge never puts a 3xx or 4xx in the place of an own 5xx.
    case edgesShowErrors
    /// Nothing lets a copy go on after it has delivered the answer of another one.
    case copiesArriveBeforeTheAnswer
    /// A key in progress stays so while its request runs.
    case progressIsKept
    /// The API keeps a saved answer for its lifetime.
    case answersAreKept

    /// The first fault in a world without the assumption, with its schedule; nil when none is found.
    public func fault() -> String? {
        for world in KeyWorld.honest where world.isEnforced {
            var broken = world
            switch self {
            case .effectsAreInTheCache: broken.remembersBelow = true
            case .edgesShowErrors:
                (broken.remembersBelow, broken.edgesOvertake, broken.edgesHideErrors) = (true, false, true)
            case .copiesArriveBeforeTheAnswer: broken.hedges = true
            case .progressIsKept: broken.forgetsProgress = true
            case .answersAreKept: broken.expires = true
            }
            let result = KeyModel(broken).explore(stopsAtFault: true)
            if let (fault, schedule) = result.faults.first {
                return "\(fault.rawValue) (\(broken.name)): \(schedule.joined(separator: "; "))"
            }
        }
        return nil
    }
}
