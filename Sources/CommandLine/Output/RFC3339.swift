import Delivery

/// Times in RFC 3339 form, written in UTC with milliseconds.
enum RFC3339 {
    static func text(_ time: WallTime) -> String {
        let (days, inDay) = floorDivide(time.milliseconds, 86_400_000)
        let date = civil(fromDays: days)
        let seconds = inDay / 1000
        return "\(pad(date.year, 4))-\(pad(date.month, 2))-\(pad(date.day, 2))T\(pad(seconds / 3600, 2)):"
            + "\(pad(seconds / 60 % 60, 2)):\(pad(seconds % 60, 2)).\(pad(inDay % 1000, 3))Z"
    }

    /// Reads a full date and time with its offset; digits beyond milliseconds are dropped. Nil for any other text.
    static func time(_ text: String) -> WallTime? {
        let form = /(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))/
            .asciiOnlyDigits()
        guard let match = text.wholeMatch(of: form)?.output else { return nil }
        let fields = [match.1, match.2, match.3, match.4, match.5, match.6].compactMap { Int64($0) }
        guard fields.count == 6, fields[3] < 24, fields[4] < 60, fields[5] < 60 else { return nil }
        let days = days(year: fields[0], month: fields[1], day: fields[2])
        let date = civil(fromDays: days)
        guard date.year == fields[0], date.month == fields[1], date.day == fields[2] else { return nil }
        let fraction = Int64(((match.7 ?? "") + "000").prefix(3)) ?? 0
        let (hours, minutes) = (Int64(match.9 ?? "0") ?? 0, Int64(match.10 ?? "0") ?? 0)
        guard hours < 24, minutes < 60 else { return nil }
        let offset = (hours * 60 + minutes) * (match.8 == "-" ? -60 : 60)
        let seconds = days * 86_400 + fields[3] * 3600 + fields[4] * 60 + fields[5] - offset
        return WallTime(milliseconds: seconds * 1000 + fraction)
    }

    // MARK: The Gregorian calendar (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms")

    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let (era, yearOfEra) = floorDivide(month <= 2 ? year - 1 : year, 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = floorDivide(days + 719_468, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, rest: Int64) {
        let (quotient, rest) = value.quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? (quotient - 1, rest + divisor) : (quotient, rest)
    }

    private static func pad(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
