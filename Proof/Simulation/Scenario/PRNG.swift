import Delivery

/// The pseudo-random number generator of a run. The same seed gives the same sequence of choices.
struct PRNG: RandomNumberGenerator, Sendable {
    private var source: SplitMix64
    /// How many numbers have been drawn.
    private(set) var draws = 0

    init(seed: UInt64) { source = SplitMix64(seed: seed) }

    mutating func next() -> UInt64 {
        draws += 1
        return source.next()
    }

    /// Draws a number from 0 to `bound` - 1.
    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<max(1, bound), using: &self) }

    mutating func chance(_ probability: Double) -> Bool {
        probability > 0 && Double.random(in: 0..<1, using: &self) < probability
    }

    mutating func milliseconds(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &self) }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}
