import Foundation
import Testing

/// The sources depend on each other in one direction only: each part knows the parts below it.
@Suite struct FloorTests {
    /// The floors of `Sources/Delivery`.
    private static let floors = Floors(folders: [
        ["Worker"],
        ["Schedule"],
        ["Ports", "1-Claim", "2-Freeze", "3-Send", "4-Classify", "5-Settle"],
        ["Model"],
        ["JSON"],
    ])

    /// What each target of `Sources` may import.
    private static let modules = ModuleRules(
        targets: [
            .init(
                "journey-outbox", in: "Sources/CommandLine",
                [
                    "Delivery", "Deployment", "Operation", "PlainText", "Prometheus", "SQLiteStore", "Sandbox",
                    "Settings", "SpotzeeAPI", "ArgumentParser", "CoreMetrics", "Crypto", "HTTPTypes", "Hummingbird",
                    "HummingbirdCore", "Logging", "NIOCore", "ServiceLifecycle", "UnixSignals",
                ]),
            .init(
                "SQLiteStore",
                [
                    "Delivery", "Deployment", "Operation", "JourneyOutbox", "OutboxMigrations", "GRDB", "GRDBSQLite",
                ]),
            .init("Operation", ["Delivery", "Deployment"]),
            .init("SpotzeeAPI", ["Delivery", "AsyncHTTPClient", "NIOCore", "NIOHTTP1", "NIOPosix"]),
            .init("Deployment", ["Delivery", "Crypto"]),
            .init("Delivery", ["Crypto"]),
            .init("JourneyOutbox", ["OutboxMigrations", "GRDB"]),
            .init("OutboxMigrations", in: "migrations", []),
            .init("Settings", ["PlainText", "Yams"]),
            .init("Prometheus", ["PlainText", "CoreMetrics"]),
            .init("PlainText", []),
            .init(
                "Sandbox",
                ["Crypto", "HTTPTypes", "Hummingbird", "HummingbirdCore", "Logging", "NIOCore", "ServiceLifecycle"]),
        ],
        system: ["Dispatch", "Foundation", "Synchronization"])

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The Swift files below a folder of the repository, by their paths inside it; none where there is no such folder.
    private static func files(in folder: String) throws -> [Floors.File] {
        let folder = root.appending(path: folder)
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
        return try paths.filter { $0.hasSuffix(".swift") }.map { path in
            Floors.File(path, try String(contentsOf: folder.appending(path: path), encoding: .utf8))
        }
    }

    // MARK: The sources

    @Test func `no file of Delivery names a type of a higher floor`() throws {
        let files = try Self.files(in: "Sources/Delivery")
        #expect(files.count > 50)
        for violation in Self.floors.violations(in: files) { Issue.record("Sources/Delivery/\(violation)") }
    }

    @Test func `every file of Delivery declares or extends the type of its name`() throws {
        for violation in Floors.misnamed(in: try Self.files(in: "Sources/Delivery")) {
            Issue.record("Sources/Delivery/\(violation)")
        }
    }

    @Test func `every folder of Sources belongs to a target of the rules`() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.root.appending(path: "Sources").path)
        let known = Set(Self.modules.targets.map(\.folder))
        #expect(folders.filter { !$0.hasPrefix(".") && !known.contains("Sources/\($0)") }.isEmpty)
        #expect(Self.modules.upwardRules.isEmpty)
    }

    @Test func `every target imports only the modules that the rules allow`() throws {
        let found = try Self.modules.violations { try Self.files(in: $0.folder).flatMap(\.text.imports).map(\.text) }
        #expect(found.isEmpty)
    }

    @Test func `the package's target dependencies are those that the rules allow`() throws {
        let manifest = try String(contentsOf: Self.root.appending(path: "Package.swift"), encoding: .utf8)
        let dependencies = ModuleRules.dependencies(inManifest: manifest)
        let found = Self.modules.violations { dependencies[$0.name] ?? [] }
        #expect(found.isEmpty)
        for target in Self.modules.targets where !(try Self.files(in: target.folder).isEmpty) {
            #expect(dependencies[target.name] != nil, "Package.swift does not declare \(target.name)")
        }
    }

    // MARK: The reader of this test

    private static let two = Floors(folders: [["Top"], ["Low", "Side"]])

    @Test func `a file that names a type of a higher floor is found with its line`() {
        let files = [
            Floors.File("Top/A.swift", "struct A { struct Inner {} }"),
            Floors.File("Low/B.swift", "struct B {\n    var inner: A.Inner?\n}"),
        ]
        #expect(Self.two.violations(in: files) == ["Low/B.swift:2 names A of the higher floor Top"])
    }

    @Test func `types of lower floors and of the same floor may be named`() {
        let files = [
            Floors.File("Top/A.swift", "struct A { var b: B }"), Floors.File("Low/B.swift", "struct B { var c: C? }"),
            Floors.File("Side/C.swift", "enum C { case b }\nextension B {}"),
        ]
        #expect(Self.two.violations(in: files).isEmpty)
    }

    @Test func `a name in a comment or in a string is no use of a type`() {
        let source = ##"""
            // A
            /* A /* A */ A */
            struct B { let text = "A \"A\" \u{41}", raw = #"A " \(A)"#, long = """
                A "A"
                """ }
            """##
        let files = [Floors.File("Top/A.swift", "struct A {}"), Floors.File("Low/B.swift", source)]
        #expect(Self.two.violations(in: files).isEmpty)
    }

    @Test func `a type in a string interpolation is found, and the line after a long string is counted right`() {
        let source = ##"""
            let one = """
                \(A(of: (1))) A
                """
            let two = #"\#(A.self)"#; let three: A
            """##
        let files = [Floors.File("Top/A.swift", "struct A {}"), Floors.File("Low/B.swift", source)]
        #expect(
            Self.two.violations(in: files).map { $0.prefix(13) } == ["Low/B.swift:2", "Low/B.swift:4", "Low/B.swift:4"])
    }

    @Test func `a type that is declared twice and a file on no floor are found`() {
        let files = [Floors.File("Low/A.swift", "struct A {}"), Floors.File("Attic/B.swift", "\nactor A {}")]
        #expect(
            Self.two.violations(in: files) == [
                "Attic/B.swift is on no floor", "Attic/B.swift:2 declares A as Low/A.swift does",
            ])
    }

    @Test func `every kind of type declaration is read, and only outside other types`() {
        let source = """
            public struct A<B> { enum Inner {} }
            private final class C {}
            actor D {}; package protocol E {}
            indirect enum F {}; typealias G = Int
            extension [UInt8] { struct Inner {} }
            extension H.Inner {}
            func free() { struct Local {} }
            """
        let text = SwiftText(source)
        #expect(text.declaredTypes.map(\.text) == ["A", "C", "D", "E", "F", "G"])
        #expect(text.extendedTypes.map(\.text) == ["Array", "H"])
    }

    @Test func `a file without the type of its name is found`() {
        let files = [
            Floors.File("Low/A.swift", "struct A {}"), Floors.File("Low/A+B.swift", "extension A {}"),
            Floors.File("Low/C.swift", "struct D {}"), Floors.File("Low/D+E.swift", "struct D {}"),
        ]
        #expect(Floors.misnamed(in: files) == ["Low/C.swift has no type C", "Low/D+E.swift has no type D"])
    }

    @Test func `imports are read with attributes, kinds and members`() {
        let text = SwiftText("@testable import A\nimport struct B.C // import D\npublic import E")
        #expect(text.imports.map(\.text) == ["A", "B", "E"])
    }

    @Test func `a module that is not allowed is found, and so is a rule that points upward`() {
        let rules = ModuleRules(
            targets: [.init("Top", ["Low"]), .init("Low", ["Top", "SQL"])], system: ["Foundation"])
        #expect(rules.violations { _ in ["Foundation", "Low", "SQL"] } == ["Top → SQL", "Low → Low"])
        #expect(rules.upwardRules == ["Low → Top"])
    }

    @Test func `the dependencies of a manifest are read, products among them`() {
        let manifest = """
                targets: [
                    .target(name: "A"),
                    .target(
                        name: "B",
                        dependencies: ["A", .product(name: "GRDB", package: "GRDB.swift")],
                        path: "B"
                    ),
                    .executableTarget(name: "C", path: "C"),
                ]
            """.replacing("\n    ", with: "\n")
        #expect(ModuleRules.dependencies(inManifest: manifest) == ["A": [], "B": ["A", "GRDB"], "C": []])
    }
}
