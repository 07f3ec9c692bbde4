import Foundation

/// The control endpoints for trials and demonstrations. They are outside the path prefix of the API, and their requests
/// are neither counted nor logged.
///
/// | request | body | does |
/// |---|---|---|
/// | `GET /sandbox/state` | | shows counts, journeys, key fingerprints, credit, dialect and faults |
/// | `PUT /sandbox/faults` | `SandboxFaults` as JSON | sets all faults; a fault that is left out is off |
/// | `PUT /sandbox/journeys/{id}` | `{"status","name","entrance_ids","shapes"}`, each optional | changes or adds a journey |
/// | `PUT /sandbox/keys` | `{"add":[…],"revoke":[…],"read_only":[…]}`, each optional | adds and revokes API keys |
/// | `PUT /sandbox/dialect` | `{"dialect":"results"}` | sets the form of the answer to the users shape |
/// | `PUT /sandbox/rate` | a list of `{"requests_max","window_ms","scope","tier"}`, scope `address` or `api_key` | sets the rate limits; their windows start empty |
/// | `POST /sandbox/quota` | `{"credit":100}`, or null for no limit | sets the credit |
/// | `GET /sandbox/log?from=seq` | | shows the log records in memory from a sequence number on, as NDJSON |
///
/// The answer to a change is the new state. A body that cannot be read gets 400 and changes nothing.
struct SandboxControl: Sendable {
    static let prefix = "/sandbox/"
    let sandbox: Sandbox

    func answer(_ request: SandboxRequest) -> SandboxReply {
        do {
            guard let reply = try route(request) else { return reply(404, "there is no such control\n") }
            return reply
        } catch {
            return reply(400, "\(error)\n")
        }
    }

    private func route(_ request: SandboxRequest) throws -> SandboxReply? {
        let steps = request.path.dropFirst(SandboxControl.prefix.count).split(separator: "/").map(String.init)
        switch (request.method, steps.first ?? "", steps.count) {
        case ("GET", "state", 1): break
        case ("GET", "log", 1): return log(from: request.parameters["from"])
        case ("PUT", "faults", 1):
            let faults: SandboxFaults = try decode(request)
            sandbox.change { $0.faults = faults }
        case ("PUT", "journeys", 2):
            guard let id = Int(steps[1]), id > 0 else { return nil }
            let change: SandboxChange.JourneyChange = try decode(request)
            sandbox.change { $0[journey: id] = change.applied(to: $0[journey: id] ?? SandboxJourney(id: id)) }
        case ("PUT", "keys", 1):
            let change: SandboxChange.KeyChange = try decode(request)
            sandbox.change { change.apply(to: &$0) }
        case ("PUT", "dialect", 1):
            let change: SandboxChange.DialectChange = try decode(request)
            sandbox.change { $0.dialect = change.dialect }
        case ("PUT", "rate", 1):
            let limits: [SandboxRateLimit] = try decode(request)
            sandbox.change { $0.setRate(limits) }
        case ("POST", "quota", 1):
            let change: SandboxChange.CreditChange = try decode(request)
            sandbox.change { $0.credit = change.credit }
        default: return nil
        }
        return try state()
    }

    private func decode<Value: Decodable>(_ request: SandboxRequest) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(request.body))
    }

    private func state() throws -> SandboxReply {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(sandbox.snapshot()), as: UTF8.self)
        return reply(200, text + "\n", "application/json")
    }

    private func log(from sequence: String?) -> SandboxReply {
        let records = sandbox.records(from: sequence.flatMap { Int64($0) } ?? 1)
        return reply(200, records.map { $0.line + "\n" }.joined(), "application/x-ndjson")
    }

    private func reply(_ status: Int, _ text: String, _ type: String = "text/plain") -> SandboxReply {
        SandboxReply(
            status: status, headers: [.init("content-type", type)], body: Array(text.utf8), wire: .answer,
            bodyForm: .whole, delayMilliseconds: 0, records: [])
    }
}
