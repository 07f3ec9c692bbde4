import Foundation

/// One HTTP request.
///
/// Header names are in lower case. The query (the part after `?`) and the body are as received. A server that stops
/// reading at the body limit passes more bytes than the limit, and the model then answers 413.
public struct SandboxRequest: Sendable, Equatable {
    public var method: String
    public var path: String
    public var query: String?
    public var headers: [String: String]
    public var body: [UInt8]

    public init(
        method: String, path: String, query: String? = nil, headers: [String: String] = [:], body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }

    /// The decoded query parameters. The last value of a duplicate name is used, and an undecodable value is not
    /// decoded.
    var parameters: [String: String] {
        var found: [String: String] = [:]
        for pair in (query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? String(parts[1]) : ""
            found[String(parts[0])] = value.removingPercentEncoding ?? value
        }
        return found
    }
}

/// The endpoint that a method and a path select.
enum Route: Sendable, Equatable {
    case trigger(journey: String)
    case journeys
    case journey(String)
    case unknown

    /// The path prefix of the client API. Paths outside it are unknown.
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
