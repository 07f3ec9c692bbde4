import Delivery
import Foundation
import Testing

/// The states of a batch and their transitions are written in three places, which must agree.
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

    @Test func `the diagram has the transitions of the code`() throws {
        let document = try Self.text("docs/lifecycle.md")
        let diagram = try #require(document.components(separatedBy: "<!-- batch -->").dropFirst().first)
        let end = try #require(diagram.range(of: "```\n\n")?.lowerBound)
        var drawn: Set<String> = []
        for match in diagram[..<end].matches(of: /(\w+) --> (\w+)/) {
            drawn.insert("\(match.output.1) → \(match.output.2)")
        }
        #expect(drawn == Self.code)
    }
}
