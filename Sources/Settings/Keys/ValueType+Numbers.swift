extension ValueType where Value == Int {
    /// A whole number in a range, written without quotes.
    static func integer(_ range: ClosedRange<Int>) -> ValueType<Int> {
        let words = "\(range.lowerBound)…\(range.upperBound)"
        return ValueType(
            name: "integer", range: words, example: "\(range.lowerBound)",
            parse: { scalar throws(Complaint) in
                let value = try IntegerText.parse(scalar, range: range)
                guard range.contains(value) else { throw .outOfRange(scalar, words) }
                return value
            },
            format: { String($0) })
    }

    /// A number of bytes in a range, written with its unit.
    static func bytes(_ range: ClosedRange<Int>) -> ValueType<Int> {
        let words = "\(ByteText.format(range.lowerBound))…\(ByteText.format(range.upperBound))"
        return ValueType(
            name: "size", range: words, example: ByteText.format(range.lowerBound),
            parse: { scalar throws(Complaint) in
                let value = try ByteText.parse(scalar)
                guard range.contains(value) else { throw .outOfRange(scalar, words) }
                return value
            },
            format: { ByteText.format($0) })
    }
}

extension ValueType where Value == Duration {
    /// A duration in a range, written with its unit. The message suggests the unit `usual` when the text has none.
    static func duration(_ range: ClosedRange<Duration>, usual: String = "s") -> ValueType<Duration> {
        let words = "\(DurationText.format(range.lowerBound))…\(DurationText.format(range.upperBound))"
        return ValueType(
            name: "duration", range: words, example: DurationText.format(range.lowerBound),
            parse: { scalar throws(Complaint) in
                let value = try DurationText.parse(scalar, usual: usual)
                guard range.contains(value) else { throw .outOfRange(scalar, words) }
                return value
            },
            format: { DurationText.format($0) })
    }
}

extension Complaint {
    static func outOfRange(_ scalar: ScalarText, _ range: String) -> Complaint {
        Complaint("\(scalar.quoted) is out of range", "give \(range)")
    }
}

/// Parses whole decimal numbers. Quotes, plus signs, separators, other bases and leading zeros are refused.
enum IntegerText {
    static func parse(_ scalar: ScalarText, range: ClosedRange<Int>) throws(Complaint) -> Int {
        guard scalar.text.wholeMatch(of: /0|-?[1-9][0-9]*/) != nil else {
            throw Complaint("\(scalar.quoted) is not a whole number", "write digits only, such as \(range.lowerBound)")
        }
        guard scalar.isPlain else {
            throw Complaint("\(scalar.quoted) is text", "write the number without quotes")
        }
        guard let value = Int(scalar.text) else {
            throw .outOfRange(scalar, "\(range.lowerBound)…\(range.upperBound)")
        }
        return value
    }
}
