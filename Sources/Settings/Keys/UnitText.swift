/// Whole numbers with a unit behind them, and the words for what is wrong with one.
struct UnitText {
    /// What is measured, such as `duration`.
    let noun: String
    /// The units by name, the smallest first, in multiples of the first.
    let units: [(name: String, factor: Int)]
    /// What people write instead, and the unit meant.
    let aliases: [String: String]
    /// The unit suggested where none is written.
    let usual: String

    /// The value in multiples of the smallest unit.
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

    /// The value in the largest unit that leaves no remainder; zero in the usual unit.
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
