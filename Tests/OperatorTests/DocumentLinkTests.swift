import Foundation
import Testing

/// The documents name files, headings and test suites that exist.
@Suite struct DocumentLinkTests {
    private static func files(below path: String, named suffix: String) throws -> [String] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: Repository.path(path))
        return names.filter { $0.hasSuffix(suffix) }.map { "\(path)/\($0)" }.sorted()
    }

    private static func documents() throws -> [String] {
        try ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"] + files(below: "docs", named: ".md")
    }

    /// The text outside of fenced blocks, in which brackets and backticks are code.
    private static func prose(_ path: String) throws -> String {
        try Repository.text(path).components(separatedBy: "```").enumerated().filter { $0.offset % 2 == 0 }
            .map(\.element).joined()
    }

    /// The anchors that GitHub gives a document's headings, and those that it sets itself.
    private static func anchors(_ path: String) throws -> Set<String> {
        let text = try prose(path)
        let headings = text.split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
            line.drop { $0 == "#" }.lowercased().trimmingCharacters(in: .whitespaces).replacing(" ", with: "-")
                .filter { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
        }
        return Set(headings).union(text.matches(of: /<a id="([^"]+)">/).map { String($0.output.1) })
    }

    @Test func `every link of a document leads to a file, and to a heading of it`() throws {
        var links = 0
        for document in try Self.documents() {
            let folder = URL(filePath: Repository.path(document)).deletingLastPathComponent()
            for match in try Self.prose(document).matches(of: /\]\(([^)\s]+)\)/) {
                let parts = match.output.1.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
                guard !match.output.1.contains("://") else { continue }
                links += 1
                let file = parts[0].isEmpty ? Repository.path(document) : folder.appending(path: parts[0]).path
                #expect(FileManager.default.fileExists(atPath: file), "\(document): \(match.output.1)")
                guard parts.count == 2 else { continue }
                let target = String(file.dropFirst(Repository.root.path.count))
                #expect(try Self.anchors(target).contains(String(parts[1])), "\(document): \(match.output.1)")
            }
        }
        #expect(links > 50)
    }

    @Test func `every test suite that a document names exists`() throws {
        let suites = Set(
            try Self.files(below: "Tests", named: ".swift").map {
                URL(filePath: $0).deletingPathExtension().lastPathComponent
            })
        for document in try Self.documents() {
            for match in try Self.prose(document).matches(of: /`([A-Z][A-Za-z]*Tests)`/) {
                #expect(suites.contains(String(match.output.1)), "\(document): \(match.output.1)")
            }
        }
    }

    @Test func `every path of the repository that a document names exists`() throws {
        let path = /`((?:Sources|Tests|Proof|Benchmarks|Examples|deploy|migrations|scripts)\/[\w\/.+-]*)/
        for document in try Self.documents() {
            for match in try Self.prose(document).matches(of: path) {
                let name = String(match.output.1)
                // What is built is not in the repository.
                guard !name.contains("/.build") else { continue }
                #expect(FileManager.default.fileExists(atPath: Repository.path(name)), "\(document): \(name)")
            }
        }
    }
}
