import Delivery
import Testing

@testable import Deployment

/// Properties of the decision that hold for every combination of inputs.
@Suite struct IdentityVerdictPropertyTests {
    private func expectNone(_ isWrong: (Seen) -> Bool, sourceLocation: SourceLocation = #_sourceLocation) {
        let wrong = Everything.cases.first(where: isWrong)
        #expect(wrong == nil, sourceLocation: sourceLocation)
    }

    @Test func `nothing that went back or is still elsewhere begins by itself`() {
        expectNone { seen in
            guard let binding = seen.evidence.byUUID else { return false }
            let isOdd =
                seen.database.marks.isBehind(binding.marks) || seen.evidence.isUnsettled
                || seen.evidence.formerPath == .holds || seen.evidence.formerPath == .unreadable
            return isOdd && seen.cause == nil
        }
    }

    @Test func `nothing begins by itself that was bound and that nothing here knows`() {
        expectNone { seen in
            guard seen.database.isBound, seen.evidence.byUUID == nil else { return false }
            let isNamed = seen.database.deployment != nil && seen.database.deployment == seen.site.deployment
            guard !isNamed else { return false }
            switch seen.verdict {
            case .adopt, .refused: return false
            case .bind, .known, .knownByName: return true
            }
        }
    }

    @Test func `nothing begins by itself under another deployment's name`() {
        expectNone { seen in
            guard let theirs = seen.database.deployment, let ours = seen.site.deployment, theirs != ours,
                seen.database.isBound
            else { return false }
            switch seen.verdict {
            case .adopt, .refused: return false
            case .bind, .known, .knownByName: return true
            }
        }
    }

    @Test func `only a database that says it is bound elsewhere is refused`() {
        expectNone { seen in
            guard case .refused(let directory) = seen.verdict else { return false }
            return directory != seen.database.stateDirectory || directory == seen.site.stateDirectory
                || seen.evidence.byUUID != nil
        }
    }

    @Test func `a known database is whole: bound here, by its own identity, with marks that cover both sides`() {
        expectNone { seen in
            guard case .known(let binding) = seen.verdict else { return false }
            return binding.uuid != seen.database.uuid || binding.next != nil || binding.path != seen.site.database
                || binding.marks.isBehind(seen.database.marks)
        }
    }

    @Test func `an adoption's mark never goes beyond what was first seen, and covers what the record knows`() {
        expectNone { seen in
            guard case .adopt(let need) = seen.verdict else { return false }
            if let pending = seen.database.pending { return need.mark != pending.mark }
            return need.mark < need.remembered?.marks.intents ?? 0
        }
    }
}
