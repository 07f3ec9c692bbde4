import Foundation
import GRDB

/// An endless source of valid and invalid rows, built from values that are difficult for the guard. A seed gives always
/// the same rows.
struct RandomRows {
    private var random: SplitMix64

    init(seed: UInt64) {
        random = SplitMix64(state: seed)
    }

    mutating func next() -> BadRow {
        var columns: [String: (any DatabaseValueConvertible)?] = [:]
        for column in ["journey", "external_id", "anonymous_id", "email", "ordering_key", "traceparent"]
        where chance(1, of: 5) {
            columns[column] = text()
        }
        for column in ["profile", "data"] where chance(1, of: 2) {
            columns[column] = chance(1, of: 4) ? text() : draw(Self.objects)
        }
        for column in ["scheduled_at", "expires_at", "created_at"] where chance(1, of: 8) {
            columns[column] = draw(Self.times)
        }
        return BadRow("", columns)
    }

    private static let pieces = [
        "", "x", "\0", "é", "日", "\"", "{", "}", "{}", "[", "]", ",", ":", "\\", #""email""#, #""data":1"#,
        #"\u0065mail"#,
        #"{"a":1}"#, #"{"email":1}"#, " ", "\n", "null", "-", String(repeating: "a", count: 1_024),
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", String(repeating: "0", count: 55),
        String(repeating: "é", count: 1_024), String(repeating: "z", count: 28_673),
    ]

    private static let objects = [
        "{}", #"{"a":1}"#, #"{"a":{"email":1}}"#, #"{"a":"é"}"#, " {}", #"{"email":null}"#, #"{"a":"\u0041"}"#,
        #"{"\u0065mail":1}"#, "{\"a\":1}\0", "{}\0}", "[{}]",
        #"{"x":""# + String(repeating: "y", count: 28_660) + #""}"#,
    ]

    private static let times: [(any DatabaseValueConvertible & Sendable)?] = [
        nil, 1_700_000_000_000, 1_700_000_000_000.0, 1_700_000_000_000.5, "1700000000000", "x", 1, 99_999_999_999,
        100_000_000_000, 99_999_999_999_999, 100_000_000_000_000, Data([49]), 1e13,
    ]

    private mutating func text() -> (any DatabaseValueConvertible)? {
        let text = (0..<Int.random(in: 0...3, using: &random)).map { _ in draw(Self.pieces) }.joined()
        if chance(1, of: 10) { return nil }
        if chance(1, of: 10) { return Data(text.utf8) }
        if chance(1, of: 10) { return 1.5 }
        return text
    }

    private mutating func chance(_ part: Int, of whole: Int) -> Bool {
        Int.random(in: 0..<whole, using: &random) < part
    }

    private mutating func draw<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &random)]
    }
}

/// SplitMix64, from Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
