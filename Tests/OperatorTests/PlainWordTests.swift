import Foundation
import Testing

/// Texts that users read are in the standard terms of the field, without metaphors and vague persons.
@Suite struct PlainWordTests {
    private static let banned = Set(
        """
        acquit acquits acquitted anybody buried buries bury condemn condemned condemns courtesy door doors foothold \
        governor hush mind minds neighbour neighbours nobody orphan orphans person persons poison poisoned poisons ripe \
        ripen ripens rumour rumours shut shuts somebody someone tenure whoever
        """.split(separator: " ").map { String($0) })

    /// Part of the sandbox's public contract: users whose `external_id` begins with it get a special answer. The man page
    /// escapes the hyphen.
    private static let allowed = ["poison-", #"poison\-"#]

    /// The banned words of a text, in lower case.
    private static func found(in text: String) -> [String] {
        let text = allowed.reduce(text) { $0.replacing($1, with: "") }.lowercased()
        return text.utf8.split { !(UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
            .map { String(decoding: $0, as: UTF8.self) }.filter(banned.contains)
    }

    /// The string literals of each line of Swift source, with the code between two of them.
    private static func literals(of source: String) -> [String] {
        var isInBlock = false
        return source.components(separatedBy: "\n").map { line in
            let fences = line.components(separatedBy: #"""""#).count - 1
            let isText = isInBlock
            if fences % 2 == 1 { isInBlock.toggle() }
            if isText || fences > 0 { return line }
            guard !line.drop(while: { $0 == " " }).hasPrefix("//") else { return "" }
            guard let first = line.firstIndex(of: "\""), let last = line.lastIndex(of: "\"") else { return "" }
            return String(line[first...last])
        }
    }

    private static func files(below folder: String, named suffixes: [String]) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: Repository.path(folder))
            .filter { name in suffixes.contains { name.hasSuffix($0) } }.map { "\(folder)/\($0)" }.sorted()
    }

    private static func expectPlain(_ file: String, _ lines: [String]) {
        for (index, line) in lines.enumerated() {
            for word in found(in: line) { Issue.record("\(file):\(index + 1): \(word)") }
        }
    }

    @Test func `no string of the program has a banned word`() throws {
        let sources = try Self.files(below: "Sources", named: [".swift"])
        #expect(sources.count > 100)
        for file in sources { Self.expectPlain(file, Self.literals(of: try Repository.text(file))) }
    }

    @Test func `no document, deployed file, script or example has a banned word`() throws {
        let files =
            try ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Makefile"]
            + Self.files(below: "docs", named: [".md", ".1", ".svg"])
            + Self.files(below: "deploy", named: [".yaml", ".json", ".service", ".conf"])
            + Self.files(below: "scripts", named: [""]) + Self.files(below: "Examples", named: [".swift"])
        #expect(files.count > 40)
        for file in files {
            Self.expectPlain(file, try Repository.text(file).components(separatedBy: "\n"))
        }
    }

    @Test func `a banned word is found in literals only`() {
        let source = [
            #"/// A "door"."#, #"let door = shut("the Door", "b") // door"#, #"let text = """"#, "    nobody",
            #"    """"#,
            #"shut = "poison-422""#,
        ].joined(separator: "\n")
        #expect(Self.literals(of: source).map(Self.found) == [[], ["door"], [], ["nobody"], [], []])
        #expect(Self.found(in: "A person's minds, personal shutdown; poisonous") == ["person", "minds"])
    }
}
