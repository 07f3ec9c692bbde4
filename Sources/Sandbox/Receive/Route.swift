/// What a method and a path ask for.
enum Route: Sendable, Equatable {
    case trigger(journey: String)
    case journeys
    case journey(String)
    case unknown

    /// The prefix of the client API; anything outside it is unknown.
    static let prefix = "/api/client"

    init(method: String, path: String) {
        self = .unknown
        guard path.hasPrefix(Route.prefix + "/") else { return }
        let steps = path.dropFirst(Route.prefix.count + 1).split(separator: "/", omittingEmptySubsequences: false)
        guard steps.first == "journeys" else { return }
        switch (method, steps.count) {
        case ("POST", 3) where steps[2] == "trigger": self = .trigger(journey: String(steps[1]))
        case ("GET", 1): self = .journeys
        case ("GET", 2): self = .journey(String(steps[1]))
        default: break
        }
    }

    var isTrigger: Bool {
        if case .trigger = self { true } else { false }
    }
}
