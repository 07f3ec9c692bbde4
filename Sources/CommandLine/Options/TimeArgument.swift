import ArgumentParser
import Delivery

/// A time as RFC 3339 text or as Unix time in milliseconds.
struct TimeArgument: ExpressibleByArgument {
    let time: WallTime

    init?(argument: String) {
        if let milliseconds = Int64(argument) {
            time = WallTime(milliseconds: milliseconds)
        } else if let time = RFC3339.time(argument) {
            self.time = time
        } else {
            return nil
        }
    }
}

/// A duration as the configuration spells it: a number and ms, s, m, h or d.
struct DurationArgument: ExpressibleByArgument {
    let duration: Duration

    init(_ duration: Duration) {
        self.duration = duration
    }

    init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && $0.isNumber }
        let units: [Substring: Int64] = ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
        guard let number = Int64(digits), let unit = units[argument.dropFirst(digits.count)] else { return nil }
        let (milliseconds, overflow) = number.multipliedReportingOverflow(by: unit)
        guard !overflow else { return nil }
        self.init(.milliseconds(milliseconds))
    }

    var defaultValueDescription: String { "\(Int(duration.components.seconds))s" }
}
