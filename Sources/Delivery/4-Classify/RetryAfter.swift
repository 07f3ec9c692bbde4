import Foundation

/// Reads a `Retry-After` header (RFC 9110, section 10.2.3): seconds or an HTTP date.
public enum RetryAfter {
    /// Beyond this a server's word is taken for nonsense.
    public static let maximum: Duration = Pause.serverWaitMax

    /// The wait that the text asks for; nil when it is absent, negative, absurd or garbled.
    public static func duration(of text: String?, now: WallTime) -> Duration? {
        guard let text = text?.trimmingCharacters(in: .whitespaces), !text.isEmpty else { return nil }
        if text.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }) {
            // Compared as a number first: a duration cannot hold what a header can spell.
            guard let seconds = Double(text), seconds <= maximum.seconds else { return nil }
            return checked(.seconds(seconds))
        }
        guard let date = httpDate(text) else { return nil }
        return checked(date - now)
    }

    private static func checked(_ duration: Duration) -> Duration? {
        duration >= .zero && duration <= maximum ? duration : nil
    }

    /// The three forms a recipient must read (RFC 9110, section 5.6.7): the preferred one, RFC 850's and asctime's.
    private static let dateFormats = [
        "EEE, dd MMM yyyy HH:mm:ss 'GMT'", "EEEE, dd-MMM-yy HH:mm:ss 'GMT'", "EEE MMM d HH:mm:ss yyyy",
    ]

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// The preferred form, which every answer carries and a formatter would take too long for; nil for any other.
    private static func preferredDate(_ text: String) -> WallTime? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[0].hasSuffix(","), parts[5] == "GMT", parts[1].count == 2, parts[3].count == 4,
            let day = Int(parts[1]), let month = months.firstIndex(of: String(parts[2])), let year = Int(parts[3])
        else { return nil }
        let clock = parts[4].split(separator: ":").compactMap { $0.count == 2 ? Int($0) : nil }
        guard clock.count == 3, (1...31).contains(day), (1970...9999).contains(year), (0...23).contains(clock[0]),
            (0...59).contains(clock[1]), (0...60).contains(clock[2])
        else { return nil }
        // Days since 1970 in the proleptic Gregorian calendar, years beginning in March.
        let (y, m) = month < 2 ? (year - 1, month + 10) : (year, month - 2)
        let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468
        return WallTime(milliseconds: Int64(((days * 24 + clock[0]) * 60 + clock[1]) * 60 + clock[2]) * 1000)
    }

    /// The moment that an HTTP date names.
    public static func httpDate(_ text: String) -> WallTime? {
        // No HTTP date is longer, and a year of many digits is none that a calendar should be asked about.
        guard text.utf8.count <= 40 else { return nil }
        if let time = preferredDate(text) { return time }
        let plain = text.split(separator: " ").joined(separator: " ")
        for format in dateFormats {
            let formatter = DateFormatter()
            formatter.locale = Locale(identifier: "en_US_POSIX")
            formatter.timeZone = TimeZone(secondsFromGMT: 0)
            formatter.isLenient = false
            formatter.dateFormat = format
            guard let seconds = formatter.date(from: plain)?.timeIntervalSince1970, abs(seconds) < 1e11 else {
                continue
            }
            return WallTime(milliseconds: Int64(seconds * 1000))
        }
        return nil
    }
}
