/// Parses and formats whole numbers with a unit, and describes what is wrong with a text.
struct UnitText {
    /// The measured quantity, such as `duration`.
    let noun: String
    /// The names of the units and their factors, the smallest unit first with the factor 1.
    let units: [(name: String, factor: Int)]
    /// Common wrong spellings in lower case, and the unit that each one means.
    let aliases: [String: String]
    /// The unit that the message suggests when the text has none.
    let usual: String

    /// The value of a scalar, in multiples of the smallest unit.
    func parse(_ scalar: ScalarText) throws(Complaint) -> Int {
        guard let match = scalar.text.wholeMatch(of: /([0-9]+) *(\p{L}*)/) else {
            throw Complaint("\(scalar.quoted) is not a \(noun)", "write a whole number and one of \(list)")
        }
        let (digits, unit) = (String(match.1), String(match.2))
        let number = ScalarText.shown(digits)
        guard !unit.isEmpty else {
            throw Complaint("\(scalar.quoted) has no unit", "write \(number)\(usual), or another of \(list)")
        }
        guard let factor = units.first(where: { $0.name == unit })?.factor else {
            throw unknown(unit, digits: number, scalar)
        }
        guard scalar.text == digits + unit else {
            throw Complaint("\(scalar.quoted) has a space inside", "write \(number)\(unit)")
        }
        let product = Int(digits)?.multipliedReportingOverflow(by: factor)
        guard let product, !product.overflow else {
            throw Complaint("\(scalar.quoted) is out of range", "write a smaller number")
        }
        return product.partialValue
    }

    /// A value as text in the largest unit without a remainder. Zero is written in the usual unit.
    func format(_ value: Int) -> String {
        guard value != 0 else { return "0\(usual)" }
        let fitting = units.last { value.isMultiple(of: $0.factor) }
        return fitting.map { "\(value / $0.factor)\($0.name)" } ?? "\(value)"
    }

    private var list: String { units.map(\.name).joined(separator: ", ") }

    private func unknown(_ unit: String, digits: String, _ scalar: ScalarText) -> Complaint {
        let meant = aliases[unit.lowercased()] ?? units.first { $0.name.lowercased() == unit.lowercased() }?.name
        let remedy = meant.map { "did you mean \(digits)\($0)?" } ?? "use one of \(list)"
        return Complaint("\(scalar.quoted) has an unknown unit", remedy)
    }
}

/// Parses and formats sizes: a whole number with the unit `B`, `KiB` or `MiB`.
enum ByteText {
    private static var unit: UnitText {
        UnitText(
            noun: "size",
            units: [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20)],
            aliases: ["k": "KiB", "kb": "KiB", "ki": "KiB", "m": "MiB", "mb": "MiB", "mi": "MiB", "bytes": "B"],
            usual: "B")
    }

    static func parse(_ scalar: ScalarText) throws(Complaint) -> Int {
        try unit.parse(scalar)
    }

    static func format(_ bytes: Int) -> String {
        unit.format(bytes)
    }
}

/// Parses and formats durations: a whole number with the unit `ms`, `s`, `m`, `h` or `d`.
enum DurationText {
    private static func unit(usual: String) -> UnitText {
        UnitText(
            noun: "duration",
            units: [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)],
            aliases: [
                "msec": "ms", "millis": "ms", "milliseconds": "ms", "sec": "s", "secs": "s", "second": "s",
                "seconds": "s", "min": "m", "mins": "m", "minute": "m", "minutes": "m", "hr": "h", "hrs": "h",
                "hour": "h", "hours": "h", "day": "d", "days": "d",
            ],
            usual: usual)
    }

    /// The duration of a scalar, in whole milliseconds.
    ///
    /// - Parameter usual: the unit that the message suggests when the text has none.
    static func parse(_ scalar: ScalarText, usual: String = "s") throws(Complaint) -> Duration {
        .milliseconds(try unit(usual: usual).parse(scalar))
    }

    /// A duration as text. Parts of a millisecond are left out.
    static func format(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        return unit(usual: "s").format(Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
    }
}

extension Duration {
    static func minutes(_ count: Int) -> Duration { .seconds(count * 60) }
    static func hours(_ count: Int) -> Duration { .minutes(count * 60) }
    static func days(_ count: Int) -> Duration { .hours(count * 24) }
}
