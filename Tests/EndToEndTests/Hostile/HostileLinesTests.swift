import Foundation
import GRDB
import Sandbox
import Testing

/// Input of `enqueue --from` with one hostile line: the error names that line, and no line is committed.
@Suite(.timeLimit(.minutes(10)))
struct HostileLinesTests {
    private static let seed = ProcessInfo.processInfo.environment["HOSTILE_SEED"].flatMap(UInt64.init) ?? 1
    private static let lineBytesMax = 128 * 1024

    private static func nested(_ depth: Int) -> String { HostileRows.nested(depth) }

    private static func line(_ members: String) -> [UInt8] {
        Array("{\"journey\":\"welcome\",\(members)}".utf8)
    }

    /// Refused lines, each with its error message.
    private static let refused: [(bytes: [UInt8], words: String)] = [
        (Array(repeating: 0x20, count: lineBytesMax + 1), "it is longer than 128 KiB"),
        (line(#""external_id":"\#(String(repeating: "x", count: lineBytesMax))""#), "it is longer than 128 KiB"),
        (line(#""external_id":"\#(String(repeating: "x", count: 70_000))""#), "over 64 KiB"),
        (Array(repeating: 0x5B, count: 100_000), "{ is missing"),
        (Array(line(#""external_id":""#).dropLast()) + [0xC3, 0x28] + Array("\"}".utf8), "it is not valid UTF-8"),
        ([0xFF, 0xFE, 0x7B, 0x00], "it is not valid UTF-8"),
        (
            Array(line(#""external_id":""#).dropLast()) + [0xED, 0xA0, 0x80] + Array("\"}".utf8),
            "it is not valid UTF-8"
        ),
        ([0], "{ is missing"), (Array(#"{"journey""#.utf8) + [0] + Array(#":"w"}"#.utf8), ": is missing"),
        (Array(#"{"external_id":"a"#.utf8) + [0] + Array(#"b"}"#.utf8), "external_id must be a JSON string"),
        (line(#""external_id":"a\u0000b""#), "must not contain a NUL character"),
        (line(#""external_id":"a","data":{"a":"\#u{0}"}"#), "outbox.data"),
        (line(#""external_id":"a","data":\#(nested(20_000))"#), "outbox.data must be a JSON object"),
        (line(#""external_id":"a","data":\#(String(repeating: "[", count: 60_000))"#), "ends too early"),
        (line(#""external_id":"a","external_id":"b""#), "external_id is given twice"),
        (line(#""external_id":"a","external\u005fid":"b""#), "external_id is given twice"),
        (line(#""external_id":"a","scheduled_at":1e999"#), "scheduled_at must be Unix time in milliseconds"),
        (
            line(#""external_id":"a","scheduled_at":99999999999999999999"#),
            "scheduled_at must be Unix time in milliseconds"
        ),
        (line(#""external_id":"a","scheduled_at":9223372036854775807"#), "outbox.scheduled_at must be in milliseconds"),
        (line(#""external_id":1e999"#), "external_id must be a JSON string"),
        (line(#""external_id":"\ud800""#), "external_id must be a JSON string"),
        (line(#""external_id":"a","data":NaN"#), "outbox.data must be a JSON object"),
        (line(#""external_id":"a","\#(String(repeating: "k", count: 100_000))":1"#), "outbox has no column kkk"),
        (line(#""external_id":"a","\u001b[31m\nforged":1"#), #"outbox has no column \u001b[31m\u000aforged"#),
        (Array("nonsense".utf8), "{ is missing"), (Array("{".utf8), "a name is missing"),
        (Array("{}x".utf8), "there is more"),
        (Array("\u{FEFF}{}".utf8), "{ is missing"), (Array("{}".utf8), "outbox.journey"),
    ]

    @Test(arguments: refused.indices)
    func `a hostile line is refused with its number and a sentence, and no line is committed`(index: Int) async throws {
        let (bytes, words) = Self.refused[index]
        try await Workbench.open { bench in
            var random = SeededNumbers(seed: Self.seed &+ UInt64(index))
            for _ in 0..<2 {
                let place = Int.random(in: 0...6, using: &random)
                var lines = (0..<6).map { Self.line(#""external_id":"good-\#($0)""#) }
                lines.insert(bytes, at: place)
                let isEnded = Bool.random(using: &random)
                let content = Data(lines.joined(separator: [0x0A])) + (isEnded ? Data([0x0A]) : Data())
                let (end, output) = try await Self.enqueue(content, bench)
                let text = String(decoding: output, as: UTF8.self)
                #expect(end == .exited(1), "\(text)")
                #expect(
                    text.hasPrefix("journey-outbox: line \(place + 1): ") && text.contains(words), "\(text.prefix(300))"
                )
                #expect(text.hasSuffix("; nothing was inserted\n") && text.utf8.count < 500, "\(text.suffix(300))")
                #expect(SteeringText.places(in: output).isEmpty)
                #expect(try bench.query("SELECT count(*) FROM outbox") == 0)
            }
        }
    }

    @Test func `a line that only the API would refuse is committed, and its intent is quarantined alone`() async throws
    {
        try await Workbench.open { bench in
            let lines = [
                Self.line(#""external_id":"good""#), Self.line(#""external_id":"huge","data":{"a":1e999}"#),
                Self.line(#""external_id":"twice","data":{"a":1,"a":2}"#),
                Self.line(#""external_id":"deep","profile":\#(Self.nested(510))"#), Array("  \r".utf8),
                // The last line needs no line feed.
                Self.line(#""external_id":"last","data":\#(Self.nested(509))"#),
            ]
            let (end, output) = try await Self.enqueue(Data(lines.joined(separator: [0x0A])), bench)
            #expect(end == .exited(0), "\(String(decoding: output, as: UTF8.self))")
            try await bench.expectDrained()
            let dead = try await bench.business.read {
                try String.fetchAll($0, sql: "SELECT external_id || ' ' || code FROM outbox_dead ORDER BY id")
            }
            #expect(
                dead == [
                    "huge unsendable_number_out_of_range", "twice unsendable_duplicate_key", "deep unsendable_too_deep",
                ])
            #expect(Set(bench.sandbox.effects().map { $0.externalID ?? "" }) == ["good", "last"])
        }
    }

    @Test func `more input than one transaction may hold is refused before it fills the memory`() async throws {
        try await Workbench.open { bench in
            let line =
                Self.line(#""external_id":"a","data":{"x":"\#(String(repeating: "x", count: 60_000))"}"#) + [0x0A]
            let file = bench.folder.appendingPathComponent("large.ndjson")
            #expect(FileManager.default.createFile(atPath: file.path, contents: nil))
            let handle = try FileHandle(forWritingTo: file)
            for _ in 0..<1200 { try handle.write(contentsOf: line) }
            try handle.close()
            let process = try bench.start(["enqueue", "--from", file.path])
            #expect(await process.end() == .exited(1))
            #expect(try process.text.contains("the input is over 64 MiB: split it"))
            #expect(try bench.query("SELECT count(*) FROM outbox") == 0)
            let endless = try bench.start(["enqueue", "--from", "/dev/zero"])
            #expect(await endless.end() == .exited(1))
            #expect(try endless.text.hasPrefix("journey-outbox: line 1: it is longer than 128 KiB"))
        }
    }

    private static func enqueue(_ content: Data, _ bench: Workbench) async throws -> (ChildProcess.Change, Data) {
        let file = bench.folder.appendingPathComponent("lines-\(UUID().uuidString).ndjson")
        try content.write(to: file)
        let process = try bench.start(["enqueue", "--from", file.path])
        return (await process.end(), try Data(contentsOf: URL(fileURLWithPath: process.outputPath)))
    }
}
