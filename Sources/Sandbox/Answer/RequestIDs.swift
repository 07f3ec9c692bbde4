/// Creates request ids: `req_` and a ULID of the time and of seeded random bits. Source: github.com/ulid/spec.
struct RequestIDs: Sendable {
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
    private var random: SeededRandom

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
    }

    mutating func next(at nowMilliseconds: Int64) -> String {
        var letters = Array("req_".utf8)
        RequestIDs.append(UInt64(max(0, nowMilliseconds)), digits: 10, to: &letters)
        RequestIDs.append(random.next(), digits: 8, to: &letters)
        RequestIDs.append(random.next(), digits: 8, to: &letters)
        return String(decoding: letters, as: UTF8.self)
    }

    private static func append(_ value: UInt64, digits: Int, to letters: inout [UInt8]) {
        for place in (0..<digits).reversed() {
            letters.append(alphabet[Int(value >> UInt64(5 * place) & 31)])
        }
    }
}

/// A SplitMix64 generator: the same seed gives the same numbers on every platform.
///
/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
