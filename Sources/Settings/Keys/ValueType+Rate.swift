extension ValueType where Value == RateLimitSetting {
    /// One rate limit, such as `1000/10s`.
    static let rateLimit = ValueType(
        name: "rate", range: "1/1d…1000000/1s", example: "1000/10s",
        parse: { scalar throws(Complaint) in try RateText.parse(scalar) },
        format: { RateText.format($0) })
}

extension ValueType where Value == [RateLimitSetting] {
    /// The most rate limits. Every request is checked against each of them.
    static let rateLimitsMax = 8

    /// The scalar in place of a list of rates: `unlimited`. The reader reads a list item by item with `rateLimit`.
    static let rateLimits = ValueType(
        name: "list of rates", range: "unlimited, or 1…8 of 1…1000000 requests per 1s…1d",
        example: "[\"1000/10s\"]",
        parse: { scalar throws(Complaint) in
            if scalar.text == "unlimited" { return [] }
            let one = try RateText.parse(scalar)
            throw Complaint("\(scalar.quoted) is not a list", "write [\"\(RateText.format(one))\"]")
        },
        format: { limits in
            if limits.isEmpty { return "unlimited" }
            return "[\(limits.map { "\"\(RateText.format($0))\"" }.joined(separator: ", "))]"
        })
}

/// Parses and formats rate limits: a number of requests, a slash, and the length of the window.
enum RateText {
    private static let requests = 1...1_000_000

    static func parse(_ scalar: ScalarText) throws(Complaint) -> RateLimitSetting {
        guard let match = scalar.text.wholeMatch(of: /([0-9]+)\/(.+)/) else {
            throw Complaint("\(scalar.quoted) is not a rate", "write requests/window, such as 1000/10s")
        }
        let count = try ValueType<Int>.integer(requests).parse(ScalarText(String(match.1)))
        let window = try DurationText.parse(ScalarText(String(match.2)))
        guard window >= .seconds(1), window <= .days(1) else {
            throw .outOfRange(scalar, "a window of 1s…1d")
        }
        return RateLimitSetting(requests: count, per: window)
    }

    static func format(_ limit: RateLimitSetting) -> String {
        "\(limit.requests)/\(DurationText.format(limit.window))"
    }
}
