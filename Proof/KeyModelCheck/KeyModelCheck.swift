import KeyModel

/// Explores the rules for a batch whose outcome is unknown, in every world that keeps the assumptions; then without each
/// premise, and without each assumption. Both of the latter must be caught.
///
/// Three numbers may be given: the largest number of attempts, of questions and of copies by proxies (3, 3 and 1).
@main
struct KeyModelCheck {
    struct DoesNotHold: Error {}

    static func main() throws {
        let numbers = CommandLine.arguments.dropFirst().compactMap { UInt8($0) }
        var rules = KeyRules()
        if numbers.count > 1 { rules.askedMax = numbers[1] }
        var isRight = true
        var (states, transitions) = (0, 0)
        for var world in KeyWorld.honest {
            if numbers.count > 2, world.isEnforced { world.copiesMax = numbers[2] }
            let result = KeyModel(world, rules, attemptsMax: numbers.first ?? 3).explore()
            (states, transitions) = (states + result.states, transitions + result.transitions)
            let endings = result.endings.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            print(
                "\(world.name): \(result.states) states, \(result.transitions) steps; \(endings.joined(separator: ", "))"
            )
            for (fault, schedule) in result.faults.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                isRight = false
                print("  \(fault.rawValue):\n    " + schedule.joined(separator: "\n    "))
            }
        }
        print("all worlds: \(states) states, \(transitions) steps")
        for premise in Premise.allCases {
            let found = PremiseCheck.fault(without: premise)
            isRight = isRight && found != nil
            print("without \(premise.rawValue): \(found ?? "nothing was found")")
        }
        for assumption in Assumption.allCases {
            let found = assumption.fault()
            isRight = isRight && found != nil
            print("without the assumption \(assumption.rawValue): \(found ?? "nothing was found")")
        }
        if !isRight { throw DoesNotHold() }
    }
}
