import Foundation

/// Everything that was measured, as text and as JSON.
struct Report: Encodable {
    var machine: Machine
    var scale: String
    var findings: [Finding]

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    static func line(_ finding: Finding) -> String {
        let mark = finding.goal.text.isEmpty ? " " : finding.isMet ? "✓" : "✗"
        let figures = finding.figures.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.short)" }
        let name = finding.name.padding(toLength: 58, withPad: " ", startingAt: 0)
        let value = "\(finding.value.short) \(finding.unit)".padding(toLength: 14, withPad: " ", startingAt: 0)
        return
            "\(mark) \(name) \(value) \(finding.goal.text)\n    \(figures.joined(separator: ", "))\n    \(finding.work)"
    }
}
