import Foundation
import Testing

/// docs/architecture.md names owners of state and files of the way of a row: they are there, and none is left out.
@Suite struct ArchitectureTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    private static func section(_ title: String) throws -> String {
        let page = try text("docs/architecture.md")
        return try #require(page.components(separatedBy: "## \(title)\n").dropFirst().first)
            .components(separatedBy: "\n## ")[0]
    }

    /// The rows of a section's table, as the words in code marks of each column.
    private static func rows(_ title: String) throws -> [[[String]]] {
        try section(title).split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst().map { row in
            row.split(separator: "|").map { column in
                column.matches(of: /`([^`]+)`/).map { String($0.output.1) }
            }
        }
    }

    /// The first type of each row: its file, and what the file says.
    private static func owners() throws -> [(type: String, text: String)] {
        try rows("Who owns which state").map { row in
            let (type, file) = (try #require(row[1].first), try #require(row[2].first))
            #expect(file == "\(type).swift")
            return (type, try text("Sources/Delivery/Schedule/\(file)"))
        }
    }

    @Test func `each owner of state is declared in its file and lets nobody else change what it stores`() throws {
        for (type, text) in try Self.owners() {
            #expect(text.contains("\nstruct \(type)") || text.hasPrefix("struct \(type)"), "\(type)")
            let open = text.split(separator: "\n").filter { line in
                line.wholeMatch(of: #/\ {4}var\ \w+(:\ [^{]+)?(\ =\ [^{]+)?/#) != nil
            }
            #expect(open.isEmpty, "\(type) lets others write \(open)")
        }
    }

    @Test func `each part of the scheduler is on the page`() throws {
        let named = try Set(Self.rows("Who owns which state").flatMap { $0[1] })
        let folder = Self.root.appending(path: "Sources/Delivery/Schedule")
        let files = try Set(
            FileManager.default.contentsOfDirectory(atPath: folder.path).map { $0.dropLast(6).description })
        let scheduler = try Self.text("Sources/Delivery/Schedule/Scheduler.swift")
        let parts = scheduler.matches(of: #/\n\ {4}var\ \w+(?::\ |\ =\ )([A-Z]\w+)/#).map { String($0.output.1) }
        #expect(parts.count >= 10)
        for part in parts where files.contains(part) { #expect(named.contains(part), "\(part) has no row") }
    }

    @Test(arguments: ["The way of a row", "Where do I put …"])
    func `each file that the page names exists`(title: String) throws {
        let paths = try Self.rows(title).joined().joined().filter { $0.contains("/") }
        #expect(paths.count > 4)
        for path in paths {
            let places = ["Sources/\(path)", "Sources/Delivery/\(path)", path].map {
                Self.root.appending(path: $0).path
            }
            #expect(places.contains { FileManager.default.fileExists(atPath: $0) }, "\(path)")
        }
    }

    @Test func `the stages of the pipeline are the folders of the listing, in their order`() throws {
        let folder = Self.root.appending(path: "Sources/Delivery")
        let stages = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
            $0.first?.isNumber == true
        }
        #expect(stages.sorted() == ["1-Claim", "2-Freeze", "3-Send", "4-Classify", "5-Settle"])
    }
}
