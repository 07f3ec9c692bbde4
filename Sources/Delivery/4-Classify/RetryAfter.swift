import Foundation

/// Reads a `Retry-After` header (RFC 9110, section 10.2.3): seconds or an HTTP date.
public enum RetryAfter {
    /// Beyond this a server's word is taken for nonsense.
    public static let maximum: Duration = .seconds(3600)

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

    /// The moment that an HTTP date names.
    public static func httpDate(_ text: String) -> WallTime? {
        // No HTTP date is longer, and a year of many digits is none that a calendar should be asked about.
        guard text.utf8.count <= 40 else { return nil }
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
