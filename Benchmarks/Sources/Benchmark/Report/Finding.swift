/// What one measurement came to: the figure that a goal is set for, and those it was made of.
struct Finding: Encodable {
    /// Which way is better.
    enum Goal: Encodable {
        case atLeast(Double)
        case atMost(Double)
        case none

        func isMet(by value: Double) -> Bool {
            switch self {
            case .atLeast(let goal): value >= goal
            case .atMost(let goal): value <= goal
            case .none: true
            }
        }

        var text: String {
            switch self {
            case .atLeast(let goal): "≥ \(goal.short)"
            case .atMost(let goal): "≤ \(goal.short)"
            case .none: ""
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(text)
        }
    }

    var name: String
    var value: Double
    /// `ratio`, `ms`, `MiB` and the like.
    var unit: String
    var goal: Goal
    /// What was done, exactly.
    var work: String
    /// Medians of the rounds, by name.
    var figures: [String: Double] = [:]
    /// Each round's value.
    var rounds: [Double] = []

    var isMet: Bool { goal.isMet(by: value) }
}

extension Double {
    /// Three digits that mean something.
    var short: String {
        if self == rounded() && abs(self) < 1e6 { return String(Int(self)) }
        let magnitude = abs(self)
        let digits = magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : magnitude >= 1 ? 2 : 3
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let value = (self * scale).rounded() / scale
        return digits == 0 ? String(Int(value)) : String(value)
    }
}

extension Array<Double> {
    var median: Double {
        guard !isEmpty else { return 0 }
        let sorted = sorted()
        return count % 2 == 1 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2
    }
}
