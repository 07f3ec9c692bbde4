import Settings
import Testing

@Suite struct JourneyTests {
    @Test(arguments: ["33", "yes", "no", "null", "2026-04-28", "0x10", "1.0", "~", "\"quoted name\"", "zażółć", "true"])
    func `a name is the scalar's literal text`(name: String) throws {
        let configuration = try load("database: /d\njourneys:\n  \(name): { id: 1 }\n")
        let literal = name.replacing("\"", with: "")
        #expect(configuration.journeys[literal] == JourneySettings(name: literal, id: 1))
    }

    @Test(arguments: [
        (#""": { id: 1 }"#, "journeys.: is an empty name; give it at least one letter"),
        (#"" a": { id: 1 }"#, #"journeys. a: " a" begins or ends with a space; remove the space"#),
        (#""a\tb": { id: 1 }"#, #"journeys.a\u0009b: "a\u0009b" contains a control character; remove it"#),
    ])
    func `a name that no row could contain is refused`(yaml: String, expected: String) {
        #expect(problems(below: "journeys:\n  \(yaml)") == ["c.yaml:3:3: \(expected)"])
    }

    @Test func `a name has at most two hundred bytes`() {
        let longest = String(repeating: "é", count: 100)
        #expect(problems(below: "journeys: { \(longest): { id: 1 } }") == [])
        let found = problems(below: "journeys: { \(longest)x: { id: 1 } }")
        #expect(found.count == 1)
        #expect(found.first?.hasSuffix(#"…" is longer than 200 bytes; shorten it"#) == true, "\(found)")
    }

    @Test(arguments: [
        ("a: 33", "c.yaml:3:6: journeys.a: is not a mapping; write { id: 33 }"),
        ("a:", "c.yaml:3:5: journeys.a: is not a mapping; write { id: 33 }"),
        ("a: {}", "c.yaml:3:6: journeys.a.id: is missing; add id: 1"),
        ("a: { entrance_id: 1 }", "c.yaml:3:6: journeys.a.id: is missing; add id: 1"),
        (
            "a: { id: 1, on_unknown: drop }",
            #"c.yaml:3:27: journeys.a.on_unknown: "drop" is not allowed; give one of hold, resend"#
        ),
        (
            "a: { id: 1, on_dead: blok }",
            #"c.yaml:3:24: journeys.a.on_dead: "blok" is not allowed; did you mean block?"#
        ),
        ("a: { id: 1, entrance: 2 }", "c.yaml:3:15: journeys.a.entrance: unknown key; did you mean entrance_id?"),
    ])
    func `a journey is a mapping with an id`(yaml: String, expected: String) {
        #expect(problems(below: "journeys:\n  \(yaml)") == [expected])
    }

    @Test func `two names for one journey and entrance are refused`() {
        let yaml = """
            journeys:
              a: { id: 1 }
              b: { id: 1, entrance_id: 2 }
              c: { id: 1, entrance_id: 3 }
              d: { id: 1 }
              e: { id: 1, entrance_id: 2 }
            """
        #expect(
            problems(below: yaml) == [
                "c.yaml:6:3: journeys.d: names journey 1, as journeys.a on line 3 does; keep one name for it",
                "c.yaml:7:3: journeys.e: names journey 1 with entrance 2, as journeys.b on line 4 does; "
                    + "keep one name for it",
            ])
    }

    @Test func `ten thousand journeys load, and one more does not`() throws {
        let lines = (1...10_001).map { "  j\($0): { id: \($0) }" }
        let most = "database: /d\njourneys:\n" + lines.dropLast().joined(separator: "\n")
        #expect(try load(most).journeys.count == 10_000)
        #expect(
            problems(below: "journeys:\n" + lines.joined(separator: "\n")) == [
                "c.yaml:3:3: journeys: has 10001 journeys; give at most 10000"
            ])
    }
}
