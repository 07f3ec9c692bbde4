/// How often a fault strikes: the next so many times, then by probability.
public struct SandboxDose: Sendable, Equatable, Codable {
    /// The number of coming requests it strikes for certain; counts down.
    public var next: Int
    /// From 0 to 1, drawn once `next` is used up.
    public var probability: Double

    public init(next: Int = 0, probability: Double = 0) {
        self.next = next
        self.probability = probability
    }

    public init(from decoder: any Decoder) throws {
        try AnyName.refuseUnknown(in: decoder, beside: ["next", "probability"])
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        next = try fields.decodeIfPresent(Int.self, forKey: .next) ?? 0
        probability = try fields.decodeIfPresent(Double.self, forKey: .probability) ?? 0
    }

    mutating func fires(_ dice: inout SeededRandom) -> Bool {
        if next > 0 {
            next -= 1
            return true
        }
        return probability > 0 && Double.random(in: 0..<1, using: &dice) < probability
    }
}
