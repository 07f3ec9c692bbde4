import ArgumentParser
import Delivery

/// One request for many users, or one for each.
enum Shape: String, ExpressibleByArgument, CaseIterable {
    case users, entrance

    var journey: Journey {
        Journey(name: "welcome", id: 33, entranceID: self == .entrance ? 42 : nil)
    }
}
