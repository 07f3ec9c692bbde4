import KeyModel
import Testing

/// The rules for a batch whose outcome is unknown hold in every schedule, and the model can fail.
@Suite struct KeyModelTests {
    @Test(arguments: KeyWorld.honest) func `no schedule enters a row twice or frees a key falsely`(_ world: KeyWorld) {
        let result = KeyModel(world).explore()
        #expect(result.faults.isEmpty, "\(world.name): \(result.faults)")
        #expect(result.states > 30)
    }

    @Test(arguments: Premise.allCases) func `without any one premise a schedule does harm`(_ premise: Premise) {
        #expect(PremiseCheck.fault(without: premise) != nil)
    }

    @Test(arguments: Assumption.allCases) func `without any one assumption a schedule does harm`(
        _ assumption: Assumption
    ) {
        #expect(assumption.fault() != nil)
    }

    @Test func `a lost answer is not held against the rules`() {
        var world = KeyWorld()
        world.loses = true
        #expect(KeyModel(world).explore().faults.isEmpty)
    }
}
