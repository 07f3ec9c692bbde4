import Foundation
import Logging
import PlainText
import Testing

@testable import journey_outbox

@Suite struct PlainTextTests {
    @Test func `exactly controls, line separators and bidirectional controls are made visible`() {
        for value in UInt32(0)...0x10FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let properties = scalar.properties
            let steers =
                [.control, .lineSeparator, .paragraphSeparator].contains(properties.generalCategory)
                || properties.isBidiControl
            #expect(PlainText.steers(scalar) == steers, "U+\(String(value, radix: 16))")
        }
    }

    @Test func `controls in interpolated values are made visible, and the program's own text is not changed`() {
        struct Words: Error, CustomStringConvertible { let description = "no\u{1B}c" }
        let name = "a\nb\u{9B}2J\u{202E}é"
        #expect(PlainText("one\n\(name)").text == #"one"# + "\n" + #"a\u000ab\u009b2J\u202eé"#)
        #expect(PlainText("\(Words())").text == #"no\u001bc"#)
        let error: any Error = Words()
        #expect(PlainText("\(error)").text == #"no\u001bc"#)
        #expect(PlainText("<\(PlainText(own: "\u{1B}[1m"))>").text == "<\u{1B}[1m>")
        #expect(
            ([name, "c"].map { "\($0)" } as [PlainText]).joined(separator: "\n").text.split(separator: "\n").count == 2)
    }

    /// Everywhere else the type system enforces the rule, because only plain text can be printed.
    @Test func `few places declare a text as plain, and nothing is printed without the type`() throws {
        let folder = Repository.root.appendingPathComponent("Sources/CommandLine")
        let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
        var vouching: Set<String> = []
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8).replacing("func print(", with: "")
            let name = file.lastPathComponent
            if text.contains("PlainText(own:") { vouching.insert(name) }
            #expect(text.firstMatch(of: /(?:^|[^.\w])(?:print|debugPrint|dump|fputs|puts|perror)\(/) == nil, "\(name)")
            #expect(!text.contains("FileHandle.standard"), "\(name)")
        }
        #expect(
            vouching == [
                "DemoCommand.swift", "JSON.swift", "LineLogHandler.swift", "MigrateCommand.swift", "ProgressLine.swift",
                "TextTable.swift",
            ])
    }

    @Test func `a log line is one line without terminal controls, with any text in its fields`() {
        let text =
            "a\u{61C}\u{200E}\u{200F}\u{202A}\u{2066}\u{2028}\u{2029}\u{7F}\u{85}\u{9F}\u{0}\r\n\u{1B}[31m\"\\=<3>"
        let line = LogLine(
            level: .info, event: "event\u{1B}[0m\nforged",
            fields: [.init(name: "reason", value: .string(text)), .init(name: "\u{1B}", value: .stringConvertible(7))])
        for format in LogFormat.allCases {
            let written = line.text(format)
            #expect(!written.unicodeScalars.contains(where: PlainText.steers), "\(format)")
        }
    }
}
