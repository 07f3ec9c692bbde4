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
