import Foundation

/// Reads a `Retry-After` header (RFC 9110, section 10.2.3): seconds or an HTTP date.
public enum RetryAfter {
    /// Beyond this a server's word is taken for nonsense.
    public static let maximum: Duration = .seconds(3600)

    /// The wait that the text asks for; nil when it is absent, negative, absurd or garbled.
    public static func duration(of text: String?, now: WallTime) -> Duration? {
        guard let text = text?.trimmingCharacters(in: .whitespaces), !text.isEmpty else { return nil }
        if let seconds = Double(text), text.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }) {
            return checked(.seconds(seconds))
        }
        guard let date = httpDate(text) else { return nil }
        return checked(date - now)
    }

    private static func checked(_ duration: Duration) -> Duration? {
        duration >= .zero && duration <= maximum ? duration : nil
    }

    /// The moment that an HTTP date in its preferred form names.
    public static func httpDate(_ text: String) -> WallTime? {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        return formatter.date(from: text).map { WallTime(milliseconds: Int64($0.timeIntervalSince1970 * 1000)) }
    }
}
