import Foundation
import Settings
import Testing

@Suite struct ReferenceTableTests {
    private struct Row: Equatable {
        let path, type, standard, range: String
    }

    private static func document() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "docs/configuration.md"), encoding: .utf8)
    }

    private static func cells() throws -> [[String]] {
        try document().split(separator: "\n").filter { $0.hasPrefix("| `") }.map { line in
            line.split(separator: "|").map {
                $0.replacing("`", with: "").trimmingCharacters(in: .whitespaces)
            }
        }
    }

    @Test func `the table of keys describes what the loader does`() throws {
        let rows = try Self.cells().map { Row(path: $0[0], type: $0[1], standard: $0[2], range: $0[3]) }
        let keys = ConfigurationKey.all.map {
            Row(path: $0.path, type: $0.type, standard: $0.standard, range: $0.range)
        }
        #expect(rows == keys)
    }

    @Test func `the table gives every key a meaning`() throws {
        for cells in try Self.cells() {
            #expect(cells.count == 5)
            #expect(cells.last?.hasSuffix(".") == true)
        }
    }

    @Test func `the complete example loads and names every key`() throws {
        let document = try Self.document()
        let start = try #require(document.range(of: "```yaml\n")?.upperBound)
        let end = try #require(document.range(of: "```", range: start..<document.endIndex)?.lowerBound)
        let example = String(document[start..<end])
        _ = try load(example)
        for key in ConfigurationKey.all {
            let name = key.path.split(separator: ".").last.map(String.init) ?? key.path
            #expect(example.contains("\(name):"), "\(key.path)")
        }
    }

    @Test func `the messages shown are the loader's own`() throws {
        let yaml = "database: /d\napi:\n  verison: 2026-04-28\n\n\n\n\ndelivery:\n  linger: 20"
        let shown = try Self.document().split(separator: "\n").filter { $0.hasPrefix("journey-outbox.yaml:") }
        #expect(shown.map { String($0).replacing("journey-outbox.yaml", with: "c.yaml") } == problems(yaml))
    }

    @Test(arguments: ConfigurationKey.all.filter { $0.standard != "required" && $0.standard != "none" })
    func `a default written out means the same as none`(key: ConfigurationKey) throws {
        guard !key.standard.hasPrefix("$") else { return }
        let parts = key.path.split(separator: ".").map { $0 == "NAME" ? "a" : String($0) }
        let value = parts.reversed().reduce(key.standard) { "{ \($1): \($0) }" }
        let written = String(value.dropFirst().dropLast())
        let isJourney = key.path.hasPrefix("journeys.")
        let entry = isJourney ? written.replacing("a: {", with: "a: { id: 1,") : written
        let plain = isJourney ? "journeys: { a: { id: 1 } }" : ""
        #expect(try load("{ database: /d, \(entry) }") == load("{ database: /d, \(plain) }"))
    }
}
