import Testing

@testable import Settings

@Suite struct YAMLTests {
    @Test func `a file that is not YAML is one problem with its place`() {
        let found = problems("database: /d\napi: [1, 2\nretention: 7d\n")
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("c.yaml:3:") == true, "\(found)")
        #expect(found.first?.contains("is not valid YAML: while parsing a flow sequence") == true, "\(found)")
    }

    @Test(arguments: [
        ("database: /d\n---\ndatabase: /e\n", "c.yaml:2:1: is not valid YAML: "),
        ("database: *x", "c.yaml:1:11: is not valid YAML: found undefined alias"),
        ("database: /d\n\tretention: 7d", "c.yaml:2:1: is not valid YAML: "),
        ("database: /d\ndeployment: a\u{1}b", "c.yaml:2:14: is not valid YAML: control characters are not allowed"),
        ("- a", "c.yaml:1:1: is not a mapping; "), ("hello", "c.yaml:1:1: is not a mapping; "),
    ])
    func `what is not one mapping is refused`(yaml: String, prefix: String) {
        let found = problems(yaml)
        #expect(found.contains { $0.hasPrefix(prefix) }, "\(found)")
    }

    @Test(arguments: ["", "# nothing\n", "~", "{}"])
    func `an empty file lacks a database only`(yaml: String) {
        #expect(problems(yaml) == ["c.yaml:1:1: database: is missing; add database: /var/lib/app/app.db"])
    }

    @Test func `a file that is not UTF-8 is refused`() {
        let files = FakeFiles(contents: ["/c.yaml": FileContents(bytes: [0x61, 0xFF], permissions: 0o600)])
        let environment = SettingsEnvironment(variables: [:], currentDirectory: "/", files: files)
        let error = #expect(throws: ConfigurationError.self) {
            try Configuration.load(file: "c.yaml", environment: environment)
        }
        #expect(error?.description == "c.yaml: is not UTF-8 text; save it as UTF-8")
    }

    @Test func `a file of more than a mebibyte is refused`() {
        let comment = String(repeating: "#", count: 1 << 20)
        #expect(problems(comment + "#") == ["c.yaml: is longer than 1MiB; shorten it or name another"])
        #expect(problems(comment).count == 1)
    }

    @Test func `a byte order mark and other line ends are taken`() throws {
        #expect(try load("\u{FEFF}database: /d\r\nretention: 1d\r\n").retention == .seconds(86_400))
    }

    @Test func `few aliases are accepted and many are refused`() throws {
        let few = "database: /d\ndelivery: { linger: &a 1s, request_timeout: *a }"
        #expect(try load(few).delivery.requestTimeout == .seconds(1))
        let levels = (1...12).map { level in
            "l\(level): &l\(level) [" + Array(repeating: "*l\(level - 1)", count: 9).joined(separator: ",") + "]"
        }
        #expect(
            problems("l0: &l0 [x]\n" + levels.joined(separator: "\n")) == [
                "c.yaml: has more than 32 YAML aliases (*name); write the values out"
            ])
    }

    @Test func `aliases are counted after any line break`() {
        let yaml = "deployment: &a b\nx: [" + (1...33).map { _ in "\u{2028} \u{85}*a" }.joined(separator: ",") + "]"
        #expect(problems(below: yaml) == ["c.yaml: has more than 32 YAML aliases (*name); write the values out"])
    }

    @Test func `stars in text are no aliases`() throws {
        let comments = (1...100).map { "# * point \($0)" }.joined(separator: "\n")
        #expect(try load("\(comments)\ndatabase: /d/a*b\ndeployment: \"* * *\"").deployment == "* * *")
    }

    @Test(.timeLimit(.minutes(1)), arguments: ["[", "{a: ", "- ", "? "])
    func `deep nesting is an error, not a crash`(opening: String) {
        #expect(!problems(String(repeating: opening, count: 100_000)).isEmpty)
    }

    @Test func `duplicates are found through quotes, in any section, and more than twice`() {
        let yaml = """
            deployment: a
            "deployment": b
            'deployment': c
            delivery: { linger: 1s, linger: 2s }
            journeys: { 33: { id: 1 }, "33": { id: 2 } }
            """
        #expect(
            problems(below: yaml) == [
                "c.yaml:3:1: deployment: is given twice, first on line 2; keep one",
                "c.yaml:4:1: deployment: is given twice, first on line 2; keep one",
                "c.yaml:5:25: delivery.linger: is given twice, first on line 5; keep one",
                "c.yaml:6:28: journeys.33: is given twice, first on line 6; keep one",
            ])
    }

    @Test func `duplicates are found whatever the line ends`() {
        #expect(
            problems("database: /d\r\n\r\n'database': /e\r\n") == [
                "c.yaml:3:1: database: is given twice, first on line 1; keep one"
            ])
    }

    @Test func `duplicates that cannot be masked are one problem`() {
        #expect(
            problems(below: "\"\": 1\n\"\": 2") == [#"c.yaml:2:1: keys given twice: ""; keep one of each"#])
    }

    @Test func `too many duplicates are one problem`() {
        let lines = (10...40).flatMap { ["k\($0): 1", "k\($0): 2"] }
        let found = problems(below: lines.joined(separator: "\n"))
        #expect(found.count == 1)
        #expect(found.first?.contains("keys given twice: ") == true, "\(found)")
    }
}
