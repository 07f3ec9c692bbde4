import Testing

@testable import Settings

@Suite struct UnitTests {
    @Test(arguments: [
        ("0s", Duration.zero), ("20ms", .milliseconds(20)), ("30s", .seconds(30)), ("5m", .seconds(300)),
        ("22h", .seconds(79_200)), ("7d", .seconds(604_800)), ("0007d", .seconds(604_800)),
    ])
    func `durations are read`(text: String, expected: Duration) throws {
        #expect(try DurationText.parse(ScalarText(text)) == expected)
    }

    @Test(arguments: [("1B", 1), ("64KiB", 65_536), ("16MiB", 16_777_216)])
    func `sizes are read`(text: String, expected: Int) throws {
        #expect(try ByteText.parse(ScalarText(text)) == expected)
    }

    @Test(arguments: ["0s", "20ms", "90s", "5m", "22h", "7d", "1500ms"])
    func `a duration is written as it is read`(text: String) throws {
        #expect(DurationText.format(try DurationText.parse(ScalarText(text))) == text)
    }

    @Test(arguments: [
        ("20", #""20" has no unit"#, "write 20s, or another of ms, s, m, h, d"),
        ("1.5s", #""1.5s" is not a duration"#, "write a whole number and one of ms, s, m, h, d"),
        ("-1s", #""-1s" is not a duration"#, "write a whole number and one of ms, s, m, h, d"),
        ("1h30m", #""1h30m" is not a duration"#, "write a whole number and one of ms, s, m, h, d"),
        ("soon", #""soon" is not a duration"#, "write a whole number and one of ms, s, m, h, d"),
        ("30sec", #""30sec" has an unknown unit"#, "did you mean 30s?"),
        ("7D", #""7D" has an unknown unit"#, "did you mean 7d?"),
        ("3w", #""3w" has an unknown unit"#, "use one of ms, s, m, h, d"),
        ("30 s", #""30 s" has a space inside"#, "write 30s"),
        ("9223372036854775807d", #""9223372036854775807d" is out of range"#, "write a smaller number"),
        ("99999999999999999999d", #""99999999999999999999d" is out of range"#, "write a smaller number"),
    ])
    func `a wrong duration is refused with a suggestion`(text: String, fault: String, remedy: String) {
        #expect(throws: Complaint(fault, remedy)) { try DurationText.parse(ScalarText(text)) }
    }

    @Test(arguments: [
        ("1048576", #""1048576" has no unit"#, "write 1048576B, or another of B, KiB, MiB"),
        ("1MB", #""1MB" has an unknown unit"#, "did you mean 1MiB?"),
        ("1kib", #""1kib" has an unknown unit"#, "did you mean 1KiB?"),
        ("1GiB", #""1GiB" has an unknown unit"#, "use one of B, KiB, MiB"),
    ])
    func `a wrong size is refused with a suggestion`(text: String, fault: String, remedy: String) {
        #expect(throws: Complaint(fault, remedy)) { try ByteText.parse(ScalarText(text)) }
    }

    @Test(arguments: [
        ("rate: []", ["c.yaml:2:14: api.rate: has 0 rates; give 1…8, or write unlimited"]),
        (
            "rate: [1/s]",
            [##"c.yaml:2:15: api.rate[0]: "s" is not a duration; write a whole number and one of ms, s, m, h, d"##]
        ),
        (
            "rate: [1000]",
            [##"c.yaml:2:15: api.rate[0]: "1000" is not a rate; write requests/window, such as 1000/10s"##]
        ),
        ("rate: [0/1s]", [##"c.yaml:2:15: api.rate[0]: "0" is out of range; give 1…1000000"##]),
        ("rate: [1/10ms]", [##"c.yaml:2:15: api.rate[0]: "1/10ms" is out of range; give a window of 1s…1d"##]),
        ("rate: [1/1m, 2/60s]", ["c.yaml:2:21: api.rate[1]: is a second rate for 1m; keep one"]),
        ("rate: [[1/1m]]", ["c.yaml:2:15: api.rate[0]: is a list, not a rate; write one value"]),
        ("rate: none", [##"c.yaml:2:14: api.rate: "none" is not a rate; write requests/window, such as 1000/10s"##]),
    ])
    func `a wrong rate is refused`(yaml: String, expected: [String]) {
        #expect(problems(below: "api: { \(yaml) }") == expected)
    }
}
