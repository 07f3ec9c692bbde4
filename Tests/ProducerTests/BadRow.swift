import Foundation
import GRDB
import Testing

/// A row that breaks one rule, and the beginning of the database's sentence for it.
struct BadRow: Sendable, CustomTestStringConvertible {
    let columns: [String: DatabaseValue]
    let sentence: String

    var testDescription: String {
        "\(sentence): \(String(describing: columns).prefix(100))"
    }

    /// A valid row, except for these columns.
    init(_ sentence: String, _ columns: [String: (any DatabaseValueConvertible)?]) {
        let good: [String: DatabaseValue] = ["journey": "welcome".databaseValue, "external_id": "c-1".databaseValue]
        self.columns = good.merging(columns.mapValues { $0?.databaseValue ?? .null }) { $1 }
        self.sentence = sentence
    }

    static let all: [BadRow] = ids + emptiness + blobs + nuls + json + identities + times + traces + sizes

    private static let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    private static let text = [
        "journey", "external_id", "anonymous_id", "email", "ordering_key", "dedup_key", "profile", "data",
        "traceparent",
    ]

    private static func good(_ column: String) -> String {
        switch column {
        case "profile", "data": #"{"a":1}"#
        case "traceparent": traceparent
        default: "abc"
        }
    }

    private static let ids = ["id", "rowid", "oid", "_rowid_"].flatMap { name in
        [-2, -1, 0, 5].map { BadRow("outbox.id must be left out", [name: $0]) }
    }

    private static let emptiness =
        [
            BadRow("outbox.journey must not be empty", ["journey": nil]),
            BadRow("outbox needs at least one of external_id, anonymous_id and email", ["external_id": nil]),
        ]
        + text.prefix(6).map { BadRow("outbox.\($0) must not be empty", [$0: ""]) }

    private static let blobs = text.map { BadRow("outbox.\($0) must be text, not a blob", [$0: good($0).data]) }

    private static let nuls = text.flatMap { column in
        let good = good(column)
        return ["\0", good + "\0", good + "\0}", "\0" + good, "é\0" + good, good.dropLast() + "\0" + good.suffix(1)].map
        {
            BadRow("outbox.\(column) must not contain a NUL character", [column: $0])
        }
    }

    private static let json = ["profile", "data"].flatMap { column in
        [
            "", "{", #"{"a":1"#, "{a:1}", "{'a':1}", #"{"a":1,}"#, #"{"a":1}}"#, #"{"a":1},{"b":2}"#, #"{"a":01}"#,
            "nope",
            "{\"a\":\"\n\"}", #"{"a":NaN}"#, #"{"a":0x1}"#, "{/**/}", "\u{FEFF}{}", "[{}", #"{"a":1}]"#,
        ].map { BadRow("outbox.\(column) must be a JSON object, and is not valid JSON", [column: $0]) }
            + ["[1]", " [1]", "1", #""x""#, "null"].map {
                BadRow("outbox.\(column) must be a JSON object", [column: $0])
            }
    }

    private static let identities = ["external_id", "anonymous_id", "email", "data"].flatMap { key in
        let escaped = key.unicodeScalars.map { "\\u00" + String($0.value, radix: 16) }.joined()
        return [
            #"{"\#(key)":1}"#, #"{"\#(key)":null}"#, #" { "a":{"b":[]}, "\#(key)" : {} }"#, #"{"\#(escaped)":1}"#,
            #"{"\#(escaped)":null}"#, #"{"é":"\"","\#(key)":1}"#,
        ].map { BadRow("outbox.profile must not carry external_id, anonymous_id, email or data", ["profile": $0]) }
    }

    private static let times: [BadRow] =
        ["scheduled_at", "expires_at", "created_at"].flatMap { column in
            let others: [any DatabaseValueConvertible] = [
                "tomorrow", "2026-01-01T00:00:00Z", 1_700_000_000_000.5, "1".data,
            ]
            let seconds: [any DatabaseValueConvertible] = [0, -1, 1_700_000_000, 99_999_999_999, "1700000000", 1.7e9]
            let micros: [any DatabaseValueConvertible] = [1_700_000_000_000_000, 100_000_000_000_000, Int64.max]
            return others.map { BadRow("outbox.\(column) must be an integer", [column: $0]) }
                + seconds.map {
                    BadRow("outbox.\(column) must be in milliseconds, and looks like seconds", [column: $0])
                }
                + micros.map { BadRow("outbox.\(column) must be in milliseconds, and looks like micro", [column: $0]) }
        } + [BadRow("outbox.created_at must be an integer", ["created_at": nil])]

    private static let traces = [
        "", traceparent.uppercased(), String(traceparent.dropLast()), traceparent + "0", traceparent + "\n",
        traceparent.dropLast() + "\n", traceparent.replacingOccurrences(of: "a", with: "-"),
        String(repeating: "-", count: 55), String(repeating: "0", count: 55), String(repeating: "é", count: 55),
    ].map { BadRow("outbox.traceparent must be a W3C traceparent", ["traceparent": $0]) }

    private static let sizes: [BadRow] = {
        let half = #"{"a":""# + String(repeating: "x", count: 33_000) + #""}"#
        let accented = #"{"a":""# + String(repeating: "é", count: 32_768) + #""}"#
        let columns: [[String: (any DatabaseValueConvertible)?]] = [
            ["profile": half, "data": half], ["data": accented], ["journey": String(repeating: "x", count: 65_537)],
            ["email": String(repeating: "x", count: 40_000), "ordering_key": String(repeating: "x", count: 30_000)],
        ]
        return columns.map { BadRow("outbox row is over 64 KiB", $0) }
    }()
}

extension String {
    fileprivate var data: Data { Data(utf8) }
}
