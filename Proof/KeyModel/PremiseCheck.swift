/// Drops a premise of the rules, and looks for a world in which that does harm.
public enum PremiseCheck {
    /// The first fault without the premise, with its schedule; nil when no world shows one.
    public static func fault(without premise: Premise) -> String? {
        for world in KeyWorld.honest {
            let result = KeyModel(world, KeyRules(dropped: premise)).explore(stopsAtFault: true)
            if let (fault, schedule) = result.faults.first {
                return "\(fault.rawValue) (\(world.name)): \(schedule.joined(separator: "; "))"
            }
        }
        return nil
    }
}
