import Testing

@testable import Settings

@Suite struct SuggestionTests {
    @Test(arguments: [
        ("databse", "database"), ("datbaase", "database"), ("DATABASE", "database"), ("data", "database"), ("dat", nil),
        ("retention_", "retention"), ("", nil), ("x", nil), ("databasedatabase", nil),
    ])
    func `the nearest name is suggested, or none`(name: String, expected: String?) {
        #expect(Suggestion.nearest(to: name, among: ["database", "retention"]) == expected)
    }

    @Test func `a very long name is not compared`() {
        let long = String(repeating: "a", count: 65)
        #expect(Suggestion.nearest(to: long, among: [long]) == nil)
    }

    @Test(arguments: [("abc", "abc", 0), ("abc", "acb", 1), ("", "abc", 3), ("kitten", "sitting", 3)])
    func `distances count edits`(left: String, right: String, expected: Int) {
        #expect(Suggestion.distance(Array(left), Array(right)) == expected)
    }
}
