import Sandbox

/// The requests that the tests send.
enum Calls {
    static let apiKey = "sk_sandbox"
    static let headers = [
        "authorization": "Bearer \(apiKey)", "spotzee-version": "2026-04-28", "content-type": "application/json",
    ]

    /// A trigger call. A header with the value nil is left out.
    static func trigger(
        _ body: String, journey: String = "33", key: String? = nil, headers changed: [String: String?] = [:]
    ) -> SandboxRequest {
        var headers = headers
        headers["idempotency-key"] = key
        for (name, value) in changed {
            headers[name] = value
        }
        return SandboxRequest(
            method: "POST", path: "/api/client/journeys/\(journey)/trigger", headers: headers, body: Array(body.utf8))
    }

    static func get(_ path: String, query: String? = nil) -> SandboxRequest {
        SandboxRequest(method: "GET", path: "/api/client" + path, query: query, headers: headers)
    }

    static func users(_ ids: String...) -> String {
        "{\"users\":[" + ids.map { "{\"external_id\":\"\($0)\"}" }.joined(separator: ",") + "]}"
    }

    static func entrance(_ id: String, entrance: Int = 1) -> String {
        "{\"entrance_id\":\(entrance),\"user\":{\"external_id\":\"\(id)\"},\"event\":{\"n\":1.10}}"
    }
}
