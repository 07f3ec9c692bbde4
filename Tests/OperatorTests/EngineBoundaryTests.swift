import Foundation
import Testing

/// The database engine stays behind its port.
@Suite struct EngineBoundaryTests {
    /// The modules that each Swift file below `Sources` imports, by its path below `Sources`.
    private static func imports() throws -> [String: Set<String>] {
        let root = Repository.root.appendingPathComponent("Sources")
        let files = try #require(FileManager.default.enumerator(atPath: root.path))
        var imports: [String: Set<String>] = [:]
        for case let file as String in files where file.hasSuffix(".swift") {
            let text = try String(contentsOf: root.appendingPathComponent(file), encoding: .utf8)
            let names = text.split(separator: "\n").compactMap { line -> String? in
                let words = line.split(separator: " ")
                guard let keyword = words.firstIndex(of: "import"), keyword <= 1, keyword + 1 < words.count else {
                    return nil
                }
                return String(words[keyword + 1])
            }
            imports[file] = Set(names)
        }
        return imports
    }

    @Test func `only SQLiteStore and JourneyOutbox import GRDB`() throws {
        let files = try Self.imports().filter { !$0.value.isDisjoint(with: ["GRDB", "GRDBSQLite"]) }.keys
        let rooms = Set(files.compactMap { $0.split(separator: "/").first })
        #expect(rooms == ["SQLiteStore", "JourneyOutbox"])
    }

    @Test func `the command line names an engine in one file`() throws {
        let files = try Self.imports().filter { file, modules in
            file.hasPrefix("CommandLine/")
                && !modules.isDisjoint(with: ["SQLiteStore", "JourneyOutbox", "OutboxMigrations"])
        }
        #expect(files.keys.sorted() == ["CommandLine/Engine.swift"])
    }

    @Test func `the port knows neither an engine nor the command line`() throws {
        let modules = try Self.imports().filter { $0.key.hasPrefix("Operation/") }.values
            .reduce(into: Set<String>()) { $0.formUnion($1) }
        #expect(modules.subtracting(["Foundation"]) == ["Delivery", "Deployment"])
    }
}
