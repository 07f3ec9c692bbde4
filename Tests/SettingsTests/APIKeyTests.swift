import Settings
import Testing

@Suite struct APIKeyTests {
    @Test(arguments: ["sk_live_1", "  sk_live_1\n", "sk_live_1\r\n", "\tsk_live_1"])
    func `whitespace around a key is ignored`(text: String) throws {
        #expect(try APIKey(text).withSecret { $0 } == "sk_live_1")
    }

    @Test(arguments: [
        ("", "is empty; give a secret key (sk_…)"), (" \n", "is empty; give a secret key (sk_…)"),
        ("pk_live_1", "is a publishable key (pk_…); a secret key (sk_…) is needed"),
        ("ok_live_1", "is an organisation key (ok_…); a secret key (sk_…) of the project is needed"),
        ("Bearer sk_live_1", "begins with Bearer; give the secret key (sk_…) alone"),
        ("\"sk_live_1\"", "begins with a quote; give the secret key (sk_…) without quotes"),
        (
            "sk_live 1",
            "contains whitespace, a control character or a letter beyond ASCII; "
                + "give the secret key (sk_…) alone, on one line"
        ),
        (
            "sk_a\nsk_b",
            "contains whitespace, a control character or a letter beyond ASCII; "
                + "give the secret key (sk_…) alone, on one line"
        ),
        (
            "sk_a\u{7}",
            "contains whitespace, a control character or a letter beyond ASCII; "
                + "give the secret key (sk_…) alone, on one line"
        ),
    ])
    func `a text that is no secret key is refused`(text: String, expected: String) {
        let error = #expect(throws: APIKeyError.self) { try APIKey(text) }
        #expect(error?.code == .unusable)
        #expect(error?.description == "API key: \(expected)")
    }

    @Test func `a key has at most a thousand bytes`() throws {
        let longest = "sk_" + String(repeating: "a", count: 997)
        #expect(try APIKey(longest).withSecret(\.count) == 1000)
        let error = #expect(throws: APIKeyError.self) { try APIKey(longest + "a") }
        #expect(error?.description == "API key: is longer than 1000 bytes; give the secret key (sk_…) alone")
    }

    @Test func `no way of printing shows a key`() throws {
        let reading = try APIKeySource.environmentVariable("K")
            .read(environment: .fake(variables: ["K": "sk_live_hidden"]))
        var dumped = ""
        dump(reading, to: &dumped)
        dump(reading.key, to: &dumped)
        let texts = [
            "\(reading.key)", String(reflecting: reading.key), String(describing: reading),
            String(reflecting: reading), "\([reading.key])", "\(Optional(reading.key) as Any)", dumped,
        ]
        for text in texts {
            #expect(text.contains("sk_…(redacted)"))
            #expect(!text.contains("hidden"))
        }
        #expect(Mirror(reflecting: reading.key).children.isEmpty)
    }
}
