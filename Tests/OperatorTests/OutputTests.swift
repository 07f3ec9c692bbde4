import Delivery
import Foundation
import PlainText
import Testing

@testable import journey_outbox

@Suite struct OutputTests {
    @Test(arguments: [
        ("plain é", #""plain é""#), ("a\"b\\c", #""a\"b\\c""#), ("\u{1B}[31m", #""\u001b[31m""#),
        ("\u{9B}m", #""\u009bm""#),
        ("\u{202E}x", #""\u202ex""#), ("a\nb", #""a\nb""#), ("\u{7F}", #""\u007f""#),
    ])
    func `a JSON string contains no terminal control`(text: String, expected: String) {
        #expect(JSON.string(text).text == expected)
    }

    @Test func `stored JSON is printed on one line, digit for digit, its controls escaped`() {
        #expect(JSON.raw("{\"a\":\n 1.10, \"b\":\"\u{9B}x\"}").text == #"{"a":  1.10, "b":"\u009bx"}"#)
    }

    @Test func `keys keep their order`() {
        #expect(JSON.object([.init("z", .of(1)), .init("a", .of(nil as String?))]).text == #"{"z":1,"a":null}"#)
    }

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2027-01-15T08:00:00.123Z", 1_800_000_000_123),
        ("2024-02-29T23:59:59+02:00", 1_709_243_999_000),
        ("1969-12-31T23:59:59.999Z", -1), ("2027-01-15T08:00:00.1234567Z", 1_800_000_000_123),
    ])
    func `a time is parsed`(text: String, milliseconds: Int64) {
        #expect(RFC3339.time(text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "2027-01-15", "2027-01-15T08:00:00", "2027-02-30T08:00:00Z", "2027-13-01T08:00:00Z", "2027-01-15T24:00:00Z", "",
        "2027-01-15T08:00:00+25:00", "x2027-01-15T08:00:00Z", "２027-01-15T08:00:00Z",
    ])
    func `an incomplete time is refused`(text: String) {
        #expect(RFC3339.time(text) == nil)
    }

    @Test func `every formatted time is parsed to the same time`() {
        for milliseconds in stride(
            from: Int64(-62_000_000_000_000), through: 250_000_000_000_000, by: 1_234_567_890_123)
        {
            let time = WallTime(milliseconds: milliseconds)
            let text = RFC3339.text(time)
            #expect(RFC3339.time(text) == time)
        }
        #expect(RFC3339.text(WallTime(milliseconds: -1)) == "1969-12-31T23:59:59.999Z")
    }

    @Test func `a table fits its terminal by truncating columns that allow it`() {
        var table = TextTable(columns: [.init("id", .right), .init("journey", widthMin: 6), .init("code")])
        table.rows = [[.init("7"), .init("a-very-long-journey"), .init("x\u{1B}[0m")]]
        let narrow = table.text(on: Terminal(columns: 25, usesColor: false)).text
        #expect(narrow.split(separator: "\n").allSatisfy { $0.count <= 25 })
        #expect(narrow.contains("…"))
        #expect(!narrow.contains("\u{1B}"))
        #expect(table.text(on: .plain).text.contains("a-very-long-journey"))
    }

    @Test func `colour does not count in the width and is only used when it is enabled`() {
        var table = TextTable(columns: [.init("a"), .init("b")])
        table.rows = [[.init("x", .bad), .init("y")]]
        #expect(table.text(on: .plain) == "a  b\nx  y")
        #expect(table.text(on: Terminal(columns: 80, usesColor: true)).text.contains("\u{1B}[31mx\u{1B}[0m  y"))
    }
}

extension OutputTests {
    @Test func `a table that cannot fit is printed as one block of lines for each row`() {
        var table = TextTable(columns: [
            .init("journey", widthMin: 6), .init("pending", .right), .init("delivered", .right),
        ])
        table.rows = [
            [.init("welcome"), .init("12"), .init("")], [.init("a-name-that-is-long"), .init("0"), .init("7", .bad)],
        ]
        #expect(
            table.text(on: Terminal(columns: 22, usesColor: false)) == """
                journey    welcome
                pending    12

                journey    a-name-tha…
                pending    0
                delivered  7
                """)
        #expect(table.text(on: Terminal(columns: 22, usesColor: true)).text.contains("\u{1B}[31m7\u{1B}[0m"))
        #expect(
            table.text(on: Terminal(columns: 30, usesColor: false)).text.hasPrefix("journey     pending  delivered\n"))
    }

    @Test(.enabled(if: Tool.works("script", "--version"), "script is not installed"))
    func `a terminal gets colour, NO_COLOR disables it, and a pipe has none`() throws {
        let scene = try Scene()
        try scene.insertDead(1...2)
        let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("journey-outbox").path
        let command = "'\(program)' status --database '\(scene.path)'"
        func output(_ environment: String) throws -> String {
            try Tool.run([
                "env", "-u", "NO_COLOR", "script", "-qec", "stty cols 60; \(environment) \(command)", "/dev/null",
            ]).output
        }
        let colored = try output("TERM=xterm")
        #expect(colored.contains("\u{1B}[31m2\u{1B}[0m"), "\(colored)")
        #expect(try !output("TERM=xterm NO_COLOR=1").contains("\u{1B}["))
        #expect(try !output("TERM=dumb").contains("\u{1B}["))
        #expect(try !Tool.run(["sh", "-c", command]).output.contains("\u{1B}["))
        let widest = try output("TERM=dumb").split(whereSeparator: \.isNewline).filter { !$0.contains(scene.path) }.map(
            \.count
        ).max()
        #expect(try #require(widest) <= 60)
    }

    @Test(arguments: [(0.0, "0.0"), (14.26, "14.3"), (-0.04, "0.0"), (Double.infinity, "null"), (1e13, "null")])
    func `a number with one decimal place`(number: Double, text: String) {
        #expect(JSON.tenths(number).text == text)
    }
}
