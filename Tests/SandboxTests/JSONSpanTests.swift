import Testing

@testable import Sandbox

@Suite struct JSONSpanTests {
    @Test(arguments: [
        "", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "01", "1.", "1e", "-", "\"\\x\"", "\"\\u12g4\"", "\"a", "nul",
        "[] []",
        "\"\u{1}\"", String(repeating: "[", count: 513) + String(repeating: "]", count: 513),
    ])
    func `what is not JSON is refused`(_ text: String) {
        #expect(throws: JSONFault.self) { try JSONSpan(parsing: Array(text.utf8)) }
    }

    @Test(arguments: [
        "0", "-0.5e+10", "\"\\u00e9\\\\\"", "[ ]", "{ }", "[[],{}]", " true ", "{\"a\":[1,{\"b\":null}]}",
        String(repeating: "[", count: 512) + String(repeating: "]", count: 512),
    ])
    func `valid JSON is accepted`(_ text: String) throws {
        let span = try JSONSpan(parsing: Array(text.utf8))
        #expect(text.contains(span.text))
        #expect(!span.text.isEmpty)
    }

    @Test func `bytes that are not UTF-8 are refused`() {
        #expect(throws: JSONFault.self) { try JSONSpan(parsing: [0x22, 0xFF, 0x22]) }
    }

    @Test(arguments: [
        (#""plain é""#, "plain é"), (#""\u0041\n\t\/\"\\""#, "A\n\t/\"\\"), (#""\ud83d\ude00!""#, "😀!"),
        (#""\ud83d""#, "\u{FFFD}"), (#""é\u00e9é""#, "ééé"),
    ])
    func `strings are decoded`(_ text: String, _ decoded: String) throws {
        #expect(try JSONSpan(parsing: Array(text.utf8)).string == decoded)
    }
}
