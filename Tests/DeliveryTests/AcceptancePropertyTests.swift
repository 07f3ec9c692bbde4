import Foundation
import Testing

@testable import Delivery

/// A user counts as accepted only when the answer proves it: valid answers, corrupted at random, and a second reader as the
/// oracle.
@Suite struct AcceptancePropertyTests {
    private static let environment = ProcessInfo.processInfo.environment
    static let seed = environment["HOSTILE_SEED"].flatMap { UInt64($0) } ?? 1
    private static let rounds = environment["SPOILT_ANSWERS"].flatMap { Int($0) } ?? 4000

    @Test func `a corrupted answer delivers a user only if it still proves the delivery`() throws {
        var random = SplitMix64(seed: Self.seed)
        var proven = 0
        for round in 0..<Self.rounds {
            let size = Int.random(in: 1...5, using: &random)
            let batch = try Make.batch(Make.rows(size))
            let status = [200, 200, 200, 201, 202].randomElement(using: &random) ?? 200
            let body = Self.corrupt(Self.answer(size, &random), &random)
            let response = Response(
                status: status, contentType: "application/json", requestID: "req_1", body: body)
            guard
                case .processed(let results) = Classifier().judge(.response(response), to: batch, at: Make.now).finding
            else { continue }
            for (index, result) in results.enumerated() where result == .delivered {
                proven += 1
                #expect(
                    Self.proves(body, status, index, size),
                    "seed \(Self.seed), round \(round): \(String(decoding: body, as: UTF8.self)) for \(index) of \(size)"
                )
            }
        }
        #expect(proven > 100, "the answers must not all be corrupted beyond use")
    }

    // MARK: Answers

    static func answer(_ size: Int, _ random: inout SplitMix64) -> [UInt8] {
        let rejected = (0..<size).filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
        let made = size - rejected.count
        let errors = rejected.map { #"{"index":\#($0),"external_id":"u\#($0 + 1)","code":"c","message":"m"}"# }
        let list = errors.joined(separator: ",")
        let text =
            switch Int.random(in: 0..<4, using: &random) {
            case 0: #"{"entrances_created":\#(made),"errors":[\#(list)]}"#
            case 1: #"{"success":true,"errors":[\#(list)]}"#
            case 2: #"{"count":\#(made),"failed":\#(rejected.count),"errors":[\#(list)]}"#
            default:
                "{\"results\":["
                    + (0..<size).map {
                        rejected.contains($0)
                            ? #"{"index":\#($0),"error":{"code":"c","message":"m"}}"#
                            : #"{"index":\#($0),"external_id":"u\#($0 + 1)"}"#
                    }.joined(separator: ",") + #"],"succeeded":\#(made),"failed":\#(rejected.count)}"#
            }
        return Array(text.utf8)
    }

    private static let grafts = [
        #""success":false,"#, #""success":true,"#, #""errors":1,"#, #""error":"x","#, #""created":2,"#, #""failed":1,"#,
        #""status":"error","#, #"{"index":0},"#, #""index":1,"#, "null", "-", "1", "0", "{}", "[]", "\"", "true",
        "false", "1.5", "e9",
    ]

    static func corrupt(_ body: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var body = body
        for _ in 0..<Int.random(in: 0...3, using: &random) where !body.isEmpty {
            let at = Int.random(in: 0..<body.count, using: &random)
            switch Int.random(in: 0..<7, using: &random) {
            case 0: body.removeSubrange(at...)
            case 1: body[at] = UInt8.random(in: 0x20...0x7E, using: &random)
            case 2: body.insert(contentsOf: Array((grafts.randomElement(using: &random) ?? "").utf8), at: at)
            case 3:
                let places = body.indices.filter { body[$0] == UInt8(ascii: "{") || body[$0] == UInt8(ascii: "[") }
                guard let place = places.randomElement(using: &random) else { continue }
                body.insert(contentsOf: Array((grafts.randomElement(using: &random) ?? "").utf8), at: place + 1)
            case 4:
                let digits = body.indices.filter { (0x30...0x39).contains(body[$0]) }
                guard let digit = digits.randomElement(using: &random) else { continue }
                body[digit] = UInt8.random(in: 0x30...0x39, using: &random)
            case 5:
                let end = min(body.count, at + Int.random(in: 1...30, using: &random))
                body.removeSubrange(at..<end)
            default:
                let end = min(body.count, at + Int.random(in: 1...30, using: &random))
                body.insert(contentsOf: body[at..<end], at: at)
            }
        }
        return body
    }

    // MARK: The oracle

    /// Whether the answer proves that the user at `index` was entered.
    static func proves(_ body: [UInt8], _ status: Int, _ index: Int, _ size: Int) -> Bool {
        if body.allSatisfy({ [0x20, 0x0A, 0x0D, 0x09].contains($0) }) { return status == 202 }
        guard let json = StrictJSON.read(body), case .object = json else { return false }
        for name in ["error", "code"] where ![nil, .null, .bool(false)].contains(json[name]) { return false }
        if json["status"] == .string("error") || json["success"] == .bool(false) { return false }
        var refused: Set<Int> = []
        var listed: Set<Int> = []
        for (name, isErrors) in [("errors", true), ("results", false)] {
            guard let list = json[name], list != .null, list != .bool(false) else { continue }
            guard case .array(let entries) = list else { return false }
            for entry in entries {
                guard case .object = entry, let place = place(of: entry, size) else { return false }
                let isError = isErrors || ![nil, .null, .bool(false)].contains(entry["error"])
                if isError { refused.insert(place) } else { listed.insert(place) }
            }
        }
        guard !refused.contains(index), refused.isDisjoint(with: listed) else { return false }
        var counts = 0
        for name in ["entrances_created", "created", "succeeded", "count"] {
            guard let count = json[name], count != .null else { continue }
            guard case .number(let text) = count, Double(text) == Double(size - refused.count) else { return false }
            counts += 1
        }
        if let failed = json["failed"], failed != .null {
            guard case .number(let text) = failed, Double(text) == Double(refused.count) else { return false }
        }
        return json["success"] == .bool(true) || counts > 0 || status == 202 || listed.contains(index)
    }

    private static func place(of entry: StrictJSON, _ size: Int) -> Int? {
        var place: Int?
        if case .number(let text) = entry["index"], let number = Double(text) { place = Int(exactly: number) ?? -1 }
        if case .string(let id) = entry["external_id"] {
            guard let number = (0..<size).first(where: { "u\($0 + 1)" == id }), place == nil || place == number
            else { return nil }
            place = number
        }
        let found = place ?? (size == 1 ? 0 : -1)
        return (0..<size).contains(found) ? found : nil
    }
}
