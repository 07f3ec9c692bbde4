import Settings
import Testing

@Suite struct MutationTests {
    /// SplitMix64: the same seed gives the same files on every platform.
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private static let original = """
        database: /d
        api: { url: "https://h/", version: 2026-04-28, rate: ["1000/10s", "8000/1m"] }
        journeys:
          a: { id: 1 }
          'b': { id: 2, entrance_id: 3 }
        delivery:
          linger: 20ms
          backoff: { initial: 1s, max: 5m }
        """

    @Test(arguments: 0..<400 as Range<UInt64>)
    func `a damaged file loads or is refused on lines of one problem each`(seed: UInt64) {
        var random = Seeded(state: seed)
        var scalars = Array(Self.original.unicodeScalars)
        let pieces = Array("\n\t\r :,-?#*&!|>'\"%@`{}[]~0a<\\\u{0}\u{7F}\u{85}\u{2028}\u{FEFF}é\u{301}".unicodeScalars)
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            let place = Int.random(in: 0..<scalars.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: scalars.remove(at: place)
            case 1: scalars.insert(pieces[Int.random(in: 0..<pieces.count, using: &random)], at: place)
            case 2: scalars[place] = pieces[Int.random(in: 0..<pieces.count, using: &random)]
            default:
                let end = min(scalars.count, place + Int.random(in: 1...30, using: &random))
                scalars.insert(contentsOf: scalars[place..<end], at: place)
            }
        }
        var yaml = String.UnicodeScalarView()
        yaml.append(contentsOf: scalars)
        for line in problems(String(yaml)) {
            #expect(line.hasPrefix("c.yaml:") && line.contains("; "), "seed \(seed): \(line)")
        }
    }
}
