import Foundation
/// The result of one measurement: the value that has a goal, and the figures that explain it.
struct BenchmarkResult: Encodable {
    /// The bound that the value must keep.
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
    /// An exact description of the measured work.
    var work: String
    /// Medians of the rounds, by name.
    var figures: [String: Double] = [:]
    /// Each round's value.
    var rounds: [Double] = []

    var isMet: Bool { goal.isMet(by: value) }
}

extension Double {
    /// The number with three significant digits.
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

/// All results of a run of the benchmarks, for output as JSON.
struct BenchmarkReport: Encodable {
    var machine: Machine
    var scale: String
    var results: [BenchmarkResult]

    private enum CodingKeys: String, CodingKey {
        case machine, scale
        case results = "findings"
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    static func line(_ result: BenchmarkResult) -> String {
        let mark = result.goal.text.isEmpty ? " " : result.isMet ? "✓" : "✗"
        let figures = result.figures.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.short)" }
        let name = result.name.padding(toLength: 58, withPad: " ", startingAt: 0)
        let value = "\(result.value.short) \(result.unit)".padding(toLength: 14, withPad: " ", startingAt: 0)
        return
            "\(mark) \(name) \(value) \(result.goal.text)\n    \(figures.joined(separator: ", "))\n    \(result.work)"
    }
}
