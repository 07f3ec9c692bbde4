import Delivery
import Testing

@testable import Deployment

/// Properties of the decision that hold for every combination of inputs.
@Suite struct IdentityVerdictPropertyTests {
    private func expectNone(_ isWrong: (IdentityInput) -> Bool, sourceLocation: SourceLocation = #_sourceLocation) {
        let wrong = AllIdentityInputs.cases.first(where: isWrong)
        #expect(wrong == nil, sourceLocation: sourceLocation)
    }

    @Test func `no database that was set back or copied starts without an operator`() {
        expectNone { input in
            guard let binding = input.evidence.byUUID else { return false }
            let isOdd =
                input.database.marks.isBehind(binding.marks) || input.evidence.isUnsettled
                || input.evidence.formerPath == .holds || input.evidence.formerPath == .unreadable
            return isOdd && input.cause == nil
        }
    }

    @Test func `no bound database without a record starts without an operator`() {
        expectNone { input in
            guard input.database.isBound, input.evidence.byUUID == nil else { return false }
            let isNamed = input.database.deployment != nil && input.database.deployment == input.site.deployment
            guard !isNamed else { return false }
            switch input.verdict {
            case .adopt, .refused: return false
            case .bind, .known, .knownByName: return true
            }
        }
    }

    @Test func `no database starts under another deployment's name without an operator`() {
        expectNone { input in
            guard let theirs = input.database.deployment, let ours = input.site.deployment, theirs != ours,
                input.database.isBound
            else { return false }
            switch input.verdict {
            case .adopt, .refused: return false
            case .bind, .known, .knownByName: return true
            }
        }
    }

    @Test func `only a database that is bound with another state directory is refused`() {
        expectNone { input in
            guard case .refused(let directory) = input.verdict else { return false }
            return directory != input.database.stateDirectory || directory == input.site.stateDirectory
                || input.evidence.byUUID != nil
        }
    }

    @Test func `a known database is whole: bound here, by its own identity, with marks that cover both sides`() {
        expectNone { input in
            guard case .known(let binding) = input.verdict else { return false }
            return binding.uuid != input.database.uuid || binding.next != nil || binding.path != input.site.database
                || binding.marks.isBehind(input.database.marks)
        }
    }

    @Test func `an adoption's mark never goes beyond the first mark, and covers what the record knows`() {
        expectNone { input in
            guard case .adopt(let need) = input.verdict else { return false }
            if let pending = input.database.pending { return need.mark != pending.mark }
            return need.mark < need.remembered?.marks.intents ?? 0
        }
    }
}
