/// Lengths of time as text: a whole number of `ms`, `s`, `m`, `h` or `d`.
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

    /// The duration a scalar writes, in whole milliseconds.
    ///
    /// - Parameter usual: the unit suggested where none is written.
    static func parse(_ scalar: ScalarText, usual: String = "s") throws(Complaint) -> Duration {
        .milliseconds(try unit(usual: usual).parse(scalar))
    }

    /// A duration of whole milliseconds as text; parts of one are left away.
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
