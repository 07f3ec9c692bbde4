import Delivery
import Foundation
import GRDB
import Operation
import Testing

@testable import SQLiteStore
@testable import journey_outbox

@Suite struct EnqueueTests {
    private func line(_ text: String) throws -> NewIntent { try IntentLine.read(Array(text.utf8), journey: nil) }
    private func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    @Test func `a payload is taken from its line byte for byte`() throws {
        let intent = try line(
            #" {"journey":"w", "data" : {"a": 1.10, "b":"}\"]", "c":[ {} ]}  ,"profile":{"x":1e2},"external_id":"é\u0041"} "#
        )
        #expect(text(intent.data) == #"{"a": 1.10, "b":"}\"]", "c":[ {} ]}"#)
        #expect(text(intent.profile) == #"{"x":1e2}"#)
        #expect(text(intent.externalID) == "éA")
        #expect(text(intent.journey) == "w")
    }

    @Test func `a payload may be text, a time RFC 3339, and null is the same as no value`() throws {
        let intent = try line(
            #"{"data":"{\"a\":1}","profile":null,"scheduled_at":"2027-01-15T09:00:00+01:00","expires_at":1800000000001}"#
        )
        #expect(text(intent.data) == #"{"a":1}"#)
        #expect(intent.profile == nil)
        #expect(intent.scheduledAt == Scene.now)
        #expect(intent.expiresAt?.milliseconds == 1_800_000_000_001)
    }

    @Test(arguments: [
        (#"{"external_id":"a""#, "} is missing"), ("[]", "{ is missing"),
        (#"{"external_id":1}"#, "must be a JSON string"),
        (#"{"external_id":"a"} x"#, "more after"), (#"{"colour":"a"}"#, "no column colour"), (#"{"id":1}"#, "left out"),
        (#"{"email":"a","email":"b"}"#, "twice"), (#"{"scheduled_at":1.5}"#, "milliseconds"),
        (#"{"a"}"#, ": is missing"),
        (#"{"email":"a\"}"#, "does not end"), (#"{"email":}"#, "missing"), (#"{"email":"\ud800"}"#, "JSON string"),
        (#"{"data":{"a":1}"#, "} is missing"), (#"{"data":{"a":1"#, "too early"), ("{", "missing"),
        (#"{"email":"a",}"#, "missing"),
    ])
    func `an invalid line is refused with a reason`(text: String, words: String) throws {
        let fault = #expect(throws: JSONObjectScan.Fault.self) { try line(text) }
        #expect(fault?.message.contains(words) == true, "\(String(describing: fault))")
    }

    @Test func `no text makes the reader crash or lose its position`() throws {
        var random = Scatter(state: 7)
        let alphabet = Array(#"{}[]",:\ 1an"#.utf8)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            do { _ = try JSONObjectScan.members(of: bytes) } catch { #expect(!error.message.isEmpty) }
        }
    }

    @Test func `all intents are inserted, and a repeated dedup key is counted`() throws {
        let scene = try Scene()
        var intent = try line(#"{"journey":"w","external_id":"a","dedup_key":"k","data":{"n":1.10}}"#)
        let first = try IntentInsertion(scene.changing()).insert([intent, intent])
        #expect(first == EnqueueReport(ids: [1], duplicates: 1))
        intent.dedupKey = nil
        intent.createdAt = WallTime(milliseconds: 1_700_000_000_000)
        #expect(try IntentInsertion(scene.changing()).insert([intent]).ids == [2])
        #expect(try scene.rows("SELECT data FROM outbox").map { $0[0] } == [#"{"n":1.10}"#, #"{"n":1.10}"#])
        #expect(try scene.count("SELECT created_at FROM outbox WHERE id = 2") == 1_700_000_000_000)
    }

    @Test(arguments: [
        (#"{"journey":"w","external_id":"b","data":[1]}"#, "outbox.data must be a JSON object"),
        (#"{"journey":"w","external_id":"b\u0000c"}"#, "NUL"), (#"{"journey":"w"}"#, "at least one"),
        (#"{"journey":"w","external_id":"b","profile":{"email":"x"}}"#, "outbox.profile"),
        (#"{"journey":"w","external_id":"b","data":{"a":1}x}"#, ""),
    ])
    func `one invalid intent rolls back all, and is named with the guard's sentence`(bad: String, words: String) throws
    {
        let scene = try Scene()
        let good = try line(#"{"journey":"w","external_id":"a"}"#)
        let refusal: EnqueueRefusal?
        do {
            let bad = try line(bad)
            refusal = #expect(throws: EnqueueRefusal.self) {
                try IntentInsertion(scene.changing()).insert([good, bad, good])
            }
        } catch is JSONObjectScan.Fault {
            return
        }
        #expect(refusal?.index == 1)
        #expect(refusal?.message.contains(words) == true)
        #expect(try scene.count("SELECT count(*) FROM outbox") == 0)
    }

    @Test func `blank lines count in line numbers, and the last line needs no line feed`() throws {
        let intents = try reading("{\"email\":\"a\"}\r\n\n  \n{\"email\":\"b\"}") {
            try IntentLine.readAll($0, journey: "w")
        }
        #expect(intents.map(\.line) == [1, 4])
        #expect(intents.map { text($0.intent.journey) } == ["w", "w"])
        let fault = #expect(throws: LineFault.self) {
            try reading("{\"email\":\"a\"}\n\nnonsense\n") { try IntentLine.readAll($0, journey: nil) }
        }
        #expect(fault?.line == 3)
    }

    @Test(arguments: [1, 50, 999, 40_000, 65_534, 65_535, 65_536, 65_537, 131_000])
    func `lines are separated correctly wherever a read ends`(length: Int) throws {
        let lines = (0..<max(6, 300_000 / length)).map { "\($0)" + String(repeating: "x", count: length) }
        let read = try reading(lines.joined(separator: "\n")) { descriptor in
            var reader = LineReader(descriptor: descriptor)
            var read: [String] = []
            while let line = try reader.next() { read.append(String(decoding: line, as: UTF8.self)) }
            return read
        }
        #expect(read == lines)
    }

    @Test func `a line of more than 128 KiB is refused, and one of exactly 128 KiB is not`() throws {
        let longest = String(repeating: " ", count: LineReader.lineBytesMax)
        #expect(try reading(longest + "\n") { try IntentLine.readAll($0, journey: nil) }.isEmpty)
        let fault = #expect(throws: LineFault.self) {
            try reading("\n" + longest + " \n") { try IntentLine.readAll($0, journey: nil) }
        }
        #expect(fault?.line == 2)
    }

    private func reading<Value>(_ text: String, _ body: (Int32) throws -> Value) throws -> Value {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("lines-\(UUID().uuidString)")
        try Data(text.utf8).write(to: file)
        defer { unlink(file.path) }
        let descriptor = open(file.path, O_RDONLY)
        defer { close(descriptor) }
        return try body(descriptor)
    }
}

/// A random number generator with a fixed seed.
private struct Scatter: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}
