import Delivery
import Testing

@testable import Deployment

@Suite struct IdentityVerdictTests {
    // MARK: Without an adoption

    @Test func `a database never bound is bound silently`() {
        #expect(Seen.fresh.verdict == .bind(uuid: nil))
    }

    @Test func `a database that an earlier version has served keeps its uuid`() {
        let seen = Seen.fresh.with { $0.database.uuid = "u1" }
        #expect(seen.verdict == .bind(uuid: "u1"))
    }

    @Test func `a binding that a crash left half way is gone on with`() {
        let before = Seen.fresh.with { $0.evidence.byPath = Seen.binding(nil, next: "u2") }
        #expect(before.verdict == .bind(uuid: "u2"))
        let after = Seen().with {
            $0.database.uuid = "u2"
            $0.evidence = StateEvidence(byUUID: Seen.binding(nil, next: "u2"), byPath: nil)
        }
        #expect(after.verdict == .known(Seen.binding("u2")))
    }

    @Test func `the database at its own place is known, and one that is ahead of the record too`() {
        #expect(Seen().verdict == .known(Seen.binding()))
        let ahead = Marks(fence: 4, intents: 120, batches: 12)
        var binding = Seen.binding()
        binding.marks = ahead
        #expect(Seen().with { $0.database.marks = ahead }.verdict == .known(binding))
    }

    @Test(arguments: [StateEvidence.FormerPath.gone, .sameFile])
    func `a database that was moved or has another name is known under its new path`(old: StateEvidence.FormerPath) {
        let seen = Seen().with {
            $0.evidence = StateEvidence(byUUID: Seen.binding(path: "/old/app.db"), formerPath: old)
        }
        #expect(seen.verdict == .known(Seen.binding()))
    }

    @Test func `a new database at the path of another one is bound silently while it has had no intents`() {
        let seen = Seen.fresh.with { $0.evidence.byPath = Seen.binding() }
        #expect(seen.verdict == .bind(uuid: nil))
    }

    @Test func `where no directory survives, the deployment's name is enough`() {
        let seen = Seen.forgotten.with {
            $0.database.deployment = "production"
            $0.site.deployment = "production"
        }
        #expect(seen.verdict == .knownByName)
        // An operator misspelt the name and then corrected it.
        let mended = seen.with { $0.database.pending = PendingAdoption(cause: .deployment, mark: 1) }
        #expect(mended.verdict == .knownByName)
    }

    @Test func `a known database may get a deployment's name, and lose it`() {
        #expect(Seen().with { $0.site.deployment = "production" }.cause == nil)
        #expect(Seen().with { $0.database.deployment = "production" }.cause == nil)
    }

    // MARK: With an adoption

    @Test(arguments: [StateEvidence.FormerPath.holds, .unreadable])
    func `a new path is a copy while the old one holds the same identity, or nobody can say`(
        old: StateEvidence.FormerPath
    ) {
        let seen = Seen().with {
            $0.database.marks.intents = 150
            $0.evidence = StateEvidence(byUUID: Seen.binding(path: "/old/app.db"), formerPath: old)
        }
        #expect(seen.cause == .copied)
        // The original database may deliver every copied intent.
        #expect(seen.mark == 150)
    }

    @Test(arguments: [
        Marks(fence: 2, intents: 100, batches: 10), Marks(fence: 3, intents: 99, batches: 10),
        Marks(fence: 3, intents: 100, batches: 9),
    ])
    func `a mark that went back is a restored backup`(marks: Marks) {
        let seen = Seen().with { $0.database.marks = marks }
        #expect(seen.cause == .restored)
        #expect(seen.mark == 100)
    }

    @Test func `a settled request that is being sent again is a restored backup`() {
        #expect(Seen().with { $0.evidence.isUnsettled = true }.cause == .restored)
    }

    @Test func `a restored backup stays one until it is adopted, and keeps its mark while new intents come`() {
        let seen = Seen().with {
            $0.database.pending = PendingAdoption(cause: .restored, mark: 100)
            $0.database.marks.intents = 170
        }
        #expect(seen.cause == .restored)
        #expect(seen.mark == 100)
    }

    @Test func `a backup from before the first worker is not taken for a new database`() {
        let seen = Seen.fresh.with {
            $0.database.marks.intents = 7
            $0.evidence.byPath = Seen.binding()
        }
        #expect(seen.cause == .replaced)
        #expect(seen.mark == 100)
    }

    @Test func `another outbox at the path of a known one is told`() {
        let seen = Seen().with {
            $0.database.uuid = "u9"
            $0.evidence.byUUID = nil
        }
        #expect(seen.cause == .replaced)
    }

    @Test func `a database that was served elsewhere, or whose record is lost, is told`() {
        #expect(Seen.forgotten.cause == .unknown)
        let elsewhere = Seen.forgotten.with {
            $0.database.stateDirectory = "/other"
            $0.evidence.otherDirectory = .absent
        }
        #expect(elsewhere.cause == .unknown)
        #expect(elsewhere.mark == 100)
    }

    @Test(arguments: [("production", "staging"), ("production", nil)])
    func `a database of another deployment is told`(theirs: String, ours: String?) {
        let seen = Seen.forgotten.with {
            $0.database.deployment = theirs
            $0.site.deployment = ours
        }
        #expect(seen.cause == .deployment)
        if ours != nil {
            let known = seen.with { $0.evidence.byUUID = Seen.binding() }
            #expect(known.cause == .deployment)
        }
    }

    @Test func `a database without a name does not become a deployment's by its configuration alone`() {
        #expect(Seen.forgotten.with { $0.site.deployment = "production" }.cause == .unknown)
    }

    @Test(arguments: [StateEvidence.OtherDirectory.serves, .unreadable])
    func `a command with another state directory is refused by name`(elsewhere: StateEvidence.OtherDirectory) {
        let seen = Seen.forgotten.with {
            $0.database.stateDirectory = "/other"
            $0.database.deployment = "production"
            $0.evidence.otherDirectory = elsewhere
        }
        #expect(seen.verdict == .refused(stateDirectory: "/other"))
    }

    @Test func `what was seen is said in a sentence for every cause`() {
        var sights: Set<String> = []
        for seen in Everything.cases {
            guard case .adopt(let need) = seen.verdict else { continue }
            #expect(!need.sight.isEmpty)
            sights.insert(need.cause.rawValue)
        }
        #expect(sights == Set(AdoptionCause.allCases.map(\.rawValue)))
    }
}
