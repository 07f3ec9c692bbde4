import Delivery
import Foundation
import Testing

/// The code, the schema and docs/lifecycle.md hold the same transitions of an intent and of a batch.
@Suite struct LifecycleTests {
    private static func text(_ path: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    private static let code = Set(
        BatchState.allCases.flatMap { from in from.successors.map { "\(from.rawValue) → \($0.rawValue)" } })

    /// The words in backticks of a line's cells.
    private static func words(_ line: Substring) -> [String] {
        line.split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }

    @Test func `the document has the transitions of the code`() throws {
        let document = try Self.text("docs/lifecycle.md")
        let section = try #require(document.components(separatedBy: "## A batch's transitions").last)
        let rows = section.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { Self.words($0) }
        #expect(Set(rows.map { "\($0[0]) → \($0[1])" }) == Self.code)
        #expect(rows.count == Self.code.count)
    }

    @Test func `the trigger has the transitions of the code`() throws {
        let trigger = try Self.text("migrations/0006_outbox_batch_transition.up.sql")
        var allowed: Set<String> = []
        for match in trigger.matches(of: /OLD\.state = '(\w+)' AND NEW\.state (?:= |IN \()([^)]*)\)/) {
            for quoted in match.output.2.matches(of: /'(\w+)'/) {
                allowed.insert("\(match.output.1) → \(quoted.output.1)")
            }
        }
        #expect(allowed == Self.code)
    }

    @Test func `the document names every state and every outcome, and no other`() throws {
        let document = try Self.text("docs/lifecycle.md")
        for state in BatchState.allCases { #expect(document.contains("`\(state.rawValue)`")) }
        for state in IntentState.allCases { #expect(document.contains("| `\(state.rawValue)` |"), "\(state.rawValue)") }
        for outcome in BatchOutcome.allCases {
            #expect(document.contains("| `\(outcome.rawValue)` |"), "\(outcome.rawValue)")
        }
    }

    /// The arrows between two states that the diagrams under a marker draw, and in how many diagrams they stand.
    private static func drawn(under marker: String) throws -> [String: Int] {
        let document = try text("docs/lifecycle.md")
        var arrows: [String: Int] = [:]
        for diagram in document.components(separatedBy: "<!-- \(marker) -->").dropFirst() {
            let end = try #require(diagram.range(of: "```\n\n")?.lowerBound)
            for match in diagram[..<end].matches(of: /(\w+) --> (\w+)/) {
                arrows["\(match.output.1) → \(match.output.2)", default: 0] += 1
            }
        }
        return arrows
    }

    @Test func `the diagram of a batch draws the transitions of the table`() throws {
        #expect(Set(try Self.drawn(under: "batch").keys) == Self.code)
    }

    // MARK: Intents

    private static let intentCode = Set(
        IntentState.allCases.flatMap { from in from.successors.map { "\(from.rawValue) → \($0.rawValue)" } })

    @Test func `the diagrams of an intent draw each transition of the code once, and no other`() throws {
        let drawn = try Self.drawn(under: "intent")
        #expect(Set(drawn.keys) == Self.intentCode)
        #expect(drawn.filter { $0.value > 1 }.isEmpty)
    }

    @Test func `the table of an intent's transitions is the table of the code`() throws {
        let document = try Self.text("docs/lifecycle.md")
        let section = try #require(document.components(separatedBy: "## An intent's transitions\n").last)
            .components(separatedBy: "\n## ")[0]
        let rows = section.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { Self.words($0) }
        #expect(Set(rows.map { "\($0[0]) → \($0[1])" }) == Self.intentCode)
        #expect(rows.count == Self.intentCode.count)
    }

    @Test func `only pruning removes an intent that has ended`() {
        for state in [IntentState.delivered, .cancelled] { #expect(state.successors.isEmpty) }
        for state in IntentState.allCases { #expect(!state.successors.contains(state)) }
    }
}
