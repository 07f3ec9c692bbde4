import Delivery
import Testing

@testable import Deployment

@Suite struct IdentityVerdictTests {
    // MARK: Without an adoption

    @Test func `a database never bound is bound silently`() {
        #expect(IdentityInput.fresh.verdict == .bind(uuid: nil))
    }

    @Test func `a database that an earlier version has served keeps its uuid`() {
        let input = IdentityInput.fresh.with { $0.database.uuid = "u1" }
        #expect(input.verdict == .bind(uuid: "u1"))
    }

    @Test func `a binding that a crash has interrupted is continued`() {
        let before = IdentityInput.fresh.with { $0.evidence.byPath = IdentityInput.binding(nil, next: "u2") }
        #expect(before.verdict == .bind(uuid: "u2"))
        let after = IdentityInput().with {
            $0.database.uuid = "u2"
            $0.evidence = StateEvidence(byUUID: IdentityInput.binding(nil, next: "u2"), byPath: nil)
        }
        #expect(after.verdict == .known(IdentityInput.binding("u2")))
    }

    @Test func `the database at its stored path is recognised, also when its marks are ahead of the record`() {
        #expect(IdentityInput().verdict == .known(IdentityInput.binding()))
        let ahead = Marks(fence: 4, intents: 120, batches: 12)
        var binding = IdentityInput.binding()
        binding.marks = ahead
        #expect(IdentityInput().with { $0.database.marks = ahead }.verdict == .known(binding))
    }

    @Test(arguments: [StateEvidence.FormerPath.gone, .sameFile])
    func `a database that was moved or has another name is known under its new path`(old: StateEvidence.FormerPath) {
        let input = IdentityInput().with {
            $0.evidence = StateEvidence(byUUID: IdentityInput.binding(path: "/old/app.db"), formerPath: old)
        }
        #expect(input.verdict == .known(IdentityInput.binding()))
    }

    @Test func `a new database at the path of another one is bound silently while it has had no intents`() {
        let input = IdentityInput.fresh.with { $0.evidence.byPath = IdentityInput.binding() }
        #expect(input.verdict == .bind(uuid: nil))
    }

    @Test func `where no directory survives, the deployment's name is enough`() {
        let input = IdentityInput.forgotten.with {
            $0.database.deployment = "production"
            $0.site.deployment = "production"
        }
        #expect(input.verdict == .knownByName)
        // An operator misspelt the name and then corrected it.
        let mended = input.with { $0.database.pending = PendingAdoption(cause: .deployment, mark: 1) }
        #expect(mended.verdict == .knownByName)
    }

    @Test func `a known database may get a deployment's name, and lose it`() {
        #expect(IdentityInput().with { $0.site.deployment = "production" }.cause == nil)
        #expect(IdentityInput().with { $0.database.deployment = "production" }.cause == nil)
    }

    // MARK: With an adoption

    @Test(arguments: [StateEvidence.FormerPath.holds, .unreadable])
    func `a database at a new path is a copy while the old path has the same identity or cannot be read`(
        old: StateEvidence.FormerPath
    ) {
        let input = IdentityInput().with {
            $0.database.marks.intents = 150
            $0.evidence = StateEvidence(byUUID: IdentityInput.binding(path: "/old/app.db"), formerPath: old)
        }
        #expect(input.cause == .copied)
        // The original database may deliver every copied intent.
        #expect(input.mark == 150)
    }

    @Test(arguments: [
        Marks(fence: 2, intents: 100, batches: 10), Marks(fence: 3, intents: 99, batches: 10),
        Marks(fence: 3, intents: 100, batches: 9),
    ])
    func `a mark that went back is a restored backup`(marks: Marks) {
        let input = IdentityInput().with { $0.database.marks = marks }
        #expect(input.cause == .restored)
        #expect(input.mark == 100)
    }

    @Test func `a settled request that is being sent again is a restored backup`() {
        #expect(IdentityInput().with { $0.evidence.isUnsettled = true }.cause == .restored)
    }

    @Test func `a restored backup stays one until it is adopted, and keeps its mark while new intents come`() {
        let input = IdentityInput().with {
            $0.database.pending = PendingAdoption(cause: .restored, mark: 100)
            $0.database.marks.intents = 170
        }
        #expect(input.cause == .restored)
        #expect(input.mark == 100)
    }

    @Test func `a backup from before the first worker is not taken for a new database`() {
        let input = IdentityInput.fresh.with {
            $0.database.marks.intents = 7
            $0.evidence.byPath = IdentityInput.binding()
        }
        #expect(input.cause == .replaced)
        #expect(input.mark == 100)
    }

    @Test func `another outbox at the path of a known one needs an adoption`() {
        let input = IdentityInput().with {
            $0.database.uuid = "u9"
            $0.evidence.byUUID = nil
        }
        #expect(input.cause == .replaced)
    }

    @Test func `a database that was served elsewhere or whose record is lost needs an adoption`() {
        #expect(IdentityInput.forgotten.cause == .unknown)
        let elsewhere = IdentityInput.forgotten.with {
            $0.database.stateDirectory = "/other"
            $0.evidence.otherDirectory = .absent
        }
        #expect(elsewhere.cause == .unknown)
        #expect(elsewhere.mark == 100)
    }

    @Test(arguments: [("production", "staging"), ("production", nil)])
    func `a database of another deployment needs an adoption`(theirs: String, ours: String?) {
        let input = IdentityInput.forgotten.with {
            $0.database.deployment = theirs
            $0.site.deployment = ours
        }
        #expect(input.cause == .deployment)
        if ours != nil {
            let known = input.with { $0.evidence.byUUID = IdentityInput.binding() }
            #expect(known.cause == .deployment)
        }
    }

    @Test func `a database without a name does not become a deployment's by its configuration alone`() {
        #expect(IdentityInput.forgotten.with { $0.site.deployment = "production" }.cause == .unknown)
    }

    @Test(arguments: [StateEvidence.OtherDirectory.serves, .unreadable])
    func `a command with another state directory is refused by name`(elsewhere: StateEvidence.OtherDirectory) {
        let input = IdentityInput.forgotten.with {
            $0.database.stateDirectory = "/other"
            $0.database.deployment = "production"
            $0.evidence.otherDirectory = elsewhere
        }
        #expect(input.verdict == .refused(stateDirectory: "/other"))
    }

    @Test func `every cause of an adoption has a sentence about its evidence`() {
        var sights: Set<String> = []
        for input in AllIdentityInputs.cases {
            guard case .adopt(let need) = input.verdict else { continue }
            #expect(!need.sight.isEmpty)
            sights.insert(need.cause.rawValue)
        }
        #expect(sights == Set(AdoptionCause.allCases.map(\.rawValue)))
    }
}
