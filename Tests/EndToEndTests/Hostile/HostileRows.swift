import Foundation

/// A generator of hostile rows: valid ones that are hard to preserve, and ones with one error.
///
/// The same seed gives the same rows. The required outcome follows from how a row was made, not from parsing it.
struct HostileRows {
    private var random: SeededNumbers
    private var count = 0

    init(seed: UInt64) {
        random = SeededNumbers(seed: seed)
    }

    mutating func next() -> HostileRow {
        count += 1
        var row = valid()
        if chance(2, of: 5) {
            spoil(&row)
        } else if chance(1, of: 40) {
            fill(&row, to: 65_536)
        } else if chance(1, of: 60) {
            row.texts["data"] = Array(Self.nested(509).utf8)
        }
        return row
    }

    // MARK: Valid rows

    private mutating func valid() -> HostileRow {
        let journey = chance(1, of: 6) ? "trial-ending" : "welcome"
        var texts = ["journey": journey, "external_id": "row-\(count)." + text(3)]
        if chance(1, of: 3) { texts["anonymous_id"] = "anonymous-\(count)." + text(3) }
        if chance(1, of: 3) { texts["email"] = "row-\(count)@" + text(2) + "example.test" }
        if chance(2, of: 3) { texts["data"] = space() + object(depth: 0, "n") + space() }
        if chance(1, of: 2) { texts["profile"] = space() + object(depth: 0, "p") + space() }
        if chance(1, of: 5) { texts["dedup_key"] = "dedup-\(count)" + text(2) }
        if chance(1, of: 8) { texts["ordering_key"] = "lane-\(count % 40)" + text(1) }
        if chance(1, of: 8) { texts["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" }
        return HostileRow(what: "valid", number: count, texts: texts.mapValues { Array($0.utf8) }, fate: .delivered)
    }

    private static let pieces = [
        "x", "é", "日本", "\u{1F600}", "\"", "\\", "'", "'; DROP TABLE outbox; --", "%s%n", "${HOME}", "<b>", "&amp;",
        "\u{1B}[31m", "\u{1B}]0;owned\u{7}", "\u{9B}2J", "\u{7F}", "\u{8}", "\r\n", "\t", "\u{202E}txt", "\u{2066}",
        "\u{200F}", "\u{61C}", "\u{2028}", "\u{FEFF}", "\u{FFFD}", "\u{10FFFF}", "e\u{301}", "مرحبا", "שלום", "\u{0}1",
        "null", "=1+1", "--", "/*", "#{7*7}", "../../etc/passwd",
    ].filter { !$0.contains("\u{0}") }

    /// Raw text for a column.
    private mutating func text(_ most: Int) -> String {
        (0..<Int.random(in: 0...most, using: &random)).map { _ in draw(Self.pieces) }.joined()
    }

    private static let numbers = [
        "0", "-0", "1.10", "1e2", "1E+2", "1e-2", "0.1e1", "-1.5e-10", "123456789012345678901234567890",
        "9007199254740993", "0.1000000000000000055511151231257827", "1e308", "1e-999", "-0.0", "5e-324",
        "1.7976931348623157e308", "3.00",
    ]

    private static let escapes = [
        #"\""#, #"\\"#, #"\/"#, #"\b"#, #"\f"#, #"\n"#, #"\r"#, #"\t"#, #"\u0041"#, #"\u00e9"#, #"\u001b[31m"#,
        #"\u009b"#,
        #"\ud83d\ude00"#, #"\ud800"#, #"\udfff"#, #"\u202e"#, #"\u2028"#, #"\uFFFF"#, #"\u0000"#, #"\u007f"#,
    ]

    /// The inside of a JSON string: characters that need no escape, and escapes.
    private mutating func inner() -> String {
        (0..<Int.random(in: 0...4, using: &random)).map { _ -> String in
            if chance(1, of: 2) { return draw(Self.escapes) }
            return String(draw(Self.pieces).unicodeScalars.filter { $0.value >= 0x20 && $0 != "\"" && $0 != "\\" })
        }.joined()
    }

    private mutating func space() -> String {
        chance(3, of: 4) ? "" : draw([" ", "\t", "\n", "\r\n", "  \n\t "])
    }

    private mutating func value(depth: Int) -> String {
        switch Int.random(in: 0..<(depth > 5 ? 5 : 8), using: &random) {
        case 0: draw(Self.numbers)
        case 1, 2: "\"" + inner() + "\""
        case 3: draw(["true", "false", "null"])
        case 4: draw(["{}", "[]", "[ ]", "{ }"])
        case 5: object(depth: depth + 1, "k")
        default:
            "["
                + (0..<Int.random(in: 0...3, using: &random)).map { _ in space() + value(depth: depth + 1) }
                .joined(separator: ",") + "]"
        }
    }

    /// Each key contains a number, so that no two are equal. Some keys are escaped.
    private mutating func object(depth: Int, _ prefix: String) -> String {
        let members = (0..<Int.random(in: 0...(depth == 0 ? 5 : 3), using: &random)).map { index -> String in
            let key = chance(1, of: 4) ? #"\u006b\#(index)"# + inner() : "\(prefix)\(index)" + inner()
            return space() + "\"\(index)-\(key)\"" + space() + ":" + space() + value(depth: depth + 1)
        }
        return "{" + members.joined(separator: ",") + space() + "}"
    }

    static func nested(_ depth: Int) -> String {
        #"{"a":"# + String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1) + "}"
    }

    /// Extends the row's texts to a total number of bytes.
    private func fill(_ row: inout HostileRow, to bytes: Int) {
        row.texts["data"] = nil
        row.texts["profile"] = nil
        let used = row.texts.values.reduce(0) { $0 + $1.count } + #"{"f":""}"#.utf8.count
        row.texts["data"] = Array((#"{"f":""# + String(repeating: "x", count: bytes - used) + #""}"#).utf8)
    }

    // MARK: Rows with one error

    private mutating func spoil(_ row: inout HostileRow) {
        let spoils: [(inout HostileRows, inout HostileRow) -> Void] = [
            Self.nul, Self.cut, Self.noObject, Self.identity, Self.large, Self.blob, Self.empty, Self.id, Self.time,
            Self.trace, Self.brokenText, Self.brokenText, Self.brokenKey, Self.repeated, Self.repeated, Self.huge,
            Self.deep, Self.bottomless,
        ]
        draw(spoils)(&self, &row)
        row.what = "\(row.fate)"
    }

    private mutating func payload() -> String { draw(["data", "profile"]) }

    private static func nul(_ rows: inout HostileRows, _ row: inout HostileRow) {
        let column = rows.draw(row.texts.keys.sorted())
        var text = row.texts[column] ?? []
        text.insert(0, at: Int.random(in: 0...text.count, using: &rows.random))
        row.texts[column] = text
        row.fate = .refused("outbox.\(column) must not contain a NUL character")
    }

    private static func cut(_ rows: inout HostileRows, _ row: inout HostileRow) {
        let column = rows.payload()
        let wrong = ["{", "{]", #"{"a"}"#, #"{"a":1,}"#, #"{"a":01}"#, #"{"a":NaN}"#, #"{"a":"\x"}"#, "nope", "{}{}"]
        row.texts[column] = Array(rows.draw(wrong).utf8)
        row.fate = .refused("outbox.\(column) must be a JSON object, and is not valid JSON")
    }

    private static func noObject(_ rows: inout HostileRows, _ row: inout HostileRow) {
        let column = rows.payload()
        row.texts[column] = Array(rows.draw(["[1]", "1", #""x""#, "null", " [{}]"]).utf8)
        row.fate = .refused("outbox.\(column) must be a JSON object")
    }

    private static func identity(_ rows: inout HostileRows, _ row: inout HostileRow) {
        let key = rows.draw([
            "external_id", "email", #"\u0065mail"#, #"e\u006dail"#, "anonymous_id", "data", #"d\u0061ta"#,
        ])
        row.texts["profile"] = Array(#"{"x":{}, "\#(key)" : null}"#.utf8)
        row.fate = .refused("outbox.profile must not carry")
    }

    private static func large(_ rows: inout HostileRows, _ row: inout HostileRow) {
        rows.fill(&row, to: 65_536 + Int.random(in: 1...3, using: &rows.random))
        row.fate = .refused("outbox row is over 64 KiB")
    }

    private static func blob(_ rows: inout HostileRows, _ row: inout HostileRow) {
        let column = rows.draw(row.texts.keys.sorted())
        row.blobs = [column]
        row.fate = .refused("outbox.\(column) must be text, not a blob")
    }

    private static func empty(_ rows: inout HostileRows, _ row: inout HostileRow) {
        let column = rows.draw(["journey", "external_id", "email", "dedup_key", "ordering_key"])
        row.texts[column] = []
        row.fate = .refused("outbox.\(column) must not be empty")
    }

    private static func id(_ rows: inout HostileRows, _ row: inout HostileRow) {
        row.others["id"] = rows.draw([-1, 0, 5, .max])
        row.fate = .refused("outbox.id must be left out")
    }

    private static func time(_ rows: inout HostileRows, _ row: inout HostileRow) {
        let column = rows.draw(["scheduled_at", "expires_at", "created_at"])
        row.others[column] = rows.draw([0, -1, 1_700_000_000, 1_700_000_000_000_000])
        row.fate = .refused("outbox.\(column) must be in milliseconds")
    }

    private static func trace(_ rows: inout HostileRows, _ row: inout HostileRow) {
        row.texts["traceparent"] = Array(rows.draw(["x", "\u{1B}[31m", "00-0-0-01"]).utf8)
        row.fate = .refused("outbox.traceparent must be a W3C traceparent")
    }

    private static let noUTF8: [[UInt8]] = [
        [0x80], [0xC3, 0x28], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF], [0x9B],
    ]

    private static func brokenText(_ rows: inout HostileRows, _ row: inout HostileRow) {
        let column = rows.draw(
            row.texts.keys.filter { !["journey", "traceparent", "data", "profile"].contains($0) }.sorted())
        row.texts[column, default: []] += rows.draw(noUTF8) + Array("z".utf8)
        row.fate = .quarantined("unsendable_invalid_utf8")
    }

    private static func brokenKey(_ rows: inout HostileRows, _ row: inout HostileRow) {
        row.texts[rows.payload()] = Array(#"{"a"#.utf8) + rows.draw(noUTF8) + Array(#"z":1}"#.utf8)
        row.fate = .quarantined("unsendable_invalid_utf8")
    }

    private static func repeated(_ rows: inout HostileRows, _ row: inout HostileRow) {
        let twice = [
            #"{"a":1,"a":1}"#, #"{"a":1,"\u0061":2}"#, #"{"x":[{"é":1,"\u00e9":2}]}"#, #"{"\/":1,"/":2}"#,
            #"{"x":{"😀":1,"\ud83d\ude00":2}}"#, #"{"":1,"":2}"#,
        ]
        row.texts[rows.payload()] = Array(rows.draw(twice).utf8)
        row.fate = .quarantined("unsendable_duplicate_key")
    }

    private static func huge(_ rows: inout HostileRows, _ row: inout HostileRow) {
        let number = rows.draw(["1e999", "-1e309", "1E+400", "1" + String(repeating: "0", count: 400)])
        row.texts[rows.payload()] = Array(#"{"a":[\#(number)]}"#.utf8)
        row.fate = .quarantined("unsendable_number_out_of_range")
    }

    /// SQLite's limit is 1,000 or 2,000 levels, depending on its version.
    private static func deep(_ rows: inout HostileRows, _ row: inout HostileRow) {
        row.texts[rows.payload()] = Array(nested(Int.random(in: 510...900, using: &rows.random)).utf8)
        row.fate = .quarantined("unsendable_too_deep")
    }

    private static func bottomless(_ rows: inout HostileRows, _ row: inout HostileRow) {
        let column = rows.payload()
        row.texts["data"] = nil
        row.texts["profile"] = nil
        let isLarge = rows.chance(1, of: 2)
        row.texts[column] = Array(nested(isLarge ? 100_000 : 20_000).utf8)
        row.fate = .refused(
            isLarge ? "outbox row is over 64 KiB" : "outbox.\(column) must be a JSON object, and is not valid JSON")
    }

    // MARK: Random choices

    private mutating func chance(_ part: Int, of whole: Int) -> Bool {
        Int.random(in: 0..<whole, using: &random) < part
    }

    private mutating func draw<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &random)]
    }
}
