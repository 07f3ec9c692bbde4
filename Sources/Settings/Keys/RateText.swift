/// Rate limits as text: a number of requests, a slash, and the window.
enum RateText {
    private static let requests = 1...1_000_000

    static func parse(_ scalar: ScalarText) throws(Complaint) -> RateLimit {
        guard let match = scalar.text.wholeMatch(of: /([0-9]+)\/(.+)/) else {
            throw Complaint("\(scalar.quoted) is not a rate", "write requests/window, such as 1000/10s")
        }
        let count = try ValueType<Int>.integer(requests).parse(ScalarText(String(match.1)))
        let window = try DurationText.parse(ScalarText(String(match.2)))
        guard window >= .seconds(1), window <= .days(1) else {
            throw .outOfRange(scalar, "a window of 1s…1d")
        }
        return RateLimit(requests: count, per: window)
    }

    static func format(_ limit: RateLimit) -> String {
        "\(limit.requests)/\(DurationText.format(limit.window))"
    }
}
