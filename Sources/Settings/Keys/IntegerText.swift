/// Whole numbers in decimal: no quotes, signs beyond a minus, separators, bases or leading zeros.
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
