import Foundation
import Testing

/// What is in `Sources` is there for users: no file of it is compiled, switched or written for a test.
@Suite struct SourcePurposeTests {
    /// Conditions on the kind of build, modules of tests, the nouns of the proof, and variables of the environment. The
    /// verb, and a test that a command makes for its user, are no concern of a test.
    ///
    /// It is one expression of Foundation, because it reads every file: Swift's own need a minute for that.
    private static let pattern = [
        #"#(?:if|elseif)\b.*\bDEBUG\b"#,
        #"@testable|\bimport (?:XCTest|Testing)\b"#,
        #"\b(?:[Mm]utants?|[Ss]imulations?|unit tests?|(?:[Ff]or|[Ii]n|[Bb]y|[Tt]he) tests)\b"#,
        #"\b[Tt]ests (?:replace|set|use|need|call)\b"#,
        #"\bJOURNEY_OUTBOX_[A-Z_]+"#,
    ].joined(separator: "|")

    /// What names a test's concern in a text, each with its line.
    ///
    /// - Parameter documented: the page with the environment variables that users are told of.
    private static func violations(in text: String, documented: String) throws -> [String] {
        let expression = try NSRegularExpression(pattern: pattern)
        return expression.matches(in: text, range: NSRange(text.startIndex..., in: text)).compactMap { match in
            guard let range = Range(match.range, in: text) else { return nil }
            let name = text[range]
            if name.hasPrefix("JOURNEY_OUTBOX_"), documented.contains("`\(name)`") { return nil }
            return "\(text[..<range.lowerBound].utf8.count { $0 == UInt8(ascii: "\n") } + 1) names \(name)"
        }
    }

    @Test func `no file of Sources names a test's concern`() throws {
        let documented = try Repository.text("docs/configuration.md")
        let root = Repository.root.appendingPathComponent("Sources")
        let files = try FileManager.default.subpathsOfDirectory(atPath: root.path).filter { $0.hasSuffix(".swift") }
        #expect(files.count > 100)
        for file in files {
            let text = try String(contentsOf: root.appendingPathComponent(file), encoding: .utf8)
            for violation in try Self.violations(in: text, documented: documented) {
                Issue.record("Sources/\(file):\(violation)")
            }
        }
    }

    @Test(arguments: [
        "#if DEBUG", "    #if os(Linux) && DEBUG", "#elseif DEBUG", "import Testing", "@testable import Delivery",
        #"environment["JOURNEY_OUTBOX_HALT"]"#, "/// The tests replace it.", "// Only for tests.", "// a simulation",
    ])
    func `a line that names a test's concern is found`(line: String) throws {
        let found = try Self.violations(in: "struct A {}\n" + line, documented: "")
        #expect(found.count == 1 && found[0].hasPrefix("2 names "))
    }

    @Test(arguments: [
        "#if os(Linux)", "/// It tests eight bytes at a time.", "// as a test without effect has shown",
        #"environment["JOURNEY_OUTBOX_COLOR"]"#,
    ])
    func `a line that does not is not`(line: String) throws {
        #expect(try Self.violations(in: line, documented: "| `JOURNEY_OUTBOX_COLOR` |").isEmpty)
    }
}
