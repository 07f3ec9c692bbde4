@testable import Delivery
import Testing

/// Golden values: if an upgrade changed the keys, each request under way at that time would be entered twice.
@Suite struct IdempotencyKeyTests {
    private static func key(_ outbox: String, _ target: Target, _ members: [(id: Int64, epoch: Int)]) -> String {
        IdempotencyKey.derive(outbox: outbox, target: target, members: members)
    }

    @Test func `the same content always gives the same key`() {
        #expect(
            Self.key(members: [(1, 0), (2, 3), (9_007_199_254_740_993, 12)])
                == "jo1-33-1-5fa7ce64ebf31cfb6dbee6ef0545bb1154b9d60adf77e2290f0fa417c4c003c9")
        #expect(
            Self.key(target: Make.target(.entrance), members: [(17, 0)])
                == "jo1-33-17-bef0b545f074bafd93f31f1010e0ca3f67256c37044e8f633f69b966148b216d")
    }

    private static func key(target: Target = Make.target(), members: [(id: Int64, epoch: Int)]) -> String {
        key(Make.outbox, target, members)
    }

    @Test func `different content gives a different key`() {
        var other = Make.target()
        other.journey = 34
        var entrance = Make.target(.entrance)
        entrance.entrance = 43
        let keys = [
            Self.key(members: [(1, 0), (2, 0)]), Self.key(members: [(2, 0), (1, 0)]),
            Self.key(members: [(1, 1), (2, 0)]),
            Self.key(members: [(1, 0)]), Self.key(members: [(1, 0), (2, 0), (3, 0)]),
            Self.key(members: [(10, 2), (2, 0)]),
            Self.key(members: [(1, 2), (2, 0)]), Self.key(members: [(1, 10), (2, 0)]),
            Self.key(members: [(11, 0), (2, 0)]),
            Self.key("another", Make.target(), [(1, 0), (2, 0)]), Self.key(target: other, members: [(1, 0), (2, 0)]),
            Self.key(target: Make.target(.entrance), members: [(1, 0), (2, 0)]),
            Self.key(target: entrance, members: [(1, 0), (2, 0)]),
        ]
        #expect(Set(keys).count == keys.count)
    }

    @Test func `the URL does not change the key, because the target is frozen with the batch`() {
        var moved = Make.target()
        moved.url = "https://other.test"
        moved.version = "2027-01-01"
        #expect(Self.key(target: moved, members: [(1, 0)]) == Self.key(members: [(1, 0)]))
    }

    @Test func `no key is longer than the API accepts`() {
        var far = Make.target()
        far.journey = .max
        let key = Self.key(target: far, members: (0..<100).map { (.max - $0, Int.max) })
        #expect(key.count <= 255)
        #expect(key.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
    }

    @Test func `a fingerprint distinguishes API keys without revealing them`() {
        #expect(IdempotencyKey.fingerprint(ofAPIKey: "sk_test_1") == "28ab62a8e0300d27")
        #expect(IdempotencyKey.fingerprint(ofAPIKey: "sk_test_2") != IdempotencyKey.fingerprint(ofAPIKey: "sk_test_1"))
        #expect(
            IdempotencyKey.digest(ofBody: Array("abc".utf8))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }
}
