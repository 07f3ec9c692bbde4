import Delivery
import Foundation
import GRDB
import Sandbox
import Testing

/// All kinds of answers over HTTP, in both request shapes, with idempotency keys enforced and ignored.
@Suite(.timeLimit(.minutes(5)))
struct CatalogueTests {
    /// The required result of an answer after its settlement.
    enum ExpectedResult: Equatable, Sendable {
        case delivered
        /// The request did not run, and everything is paused for this cause.
        case paused(String)
        /// The request did not run, and only the journey is parked.
        case parked(String)
        /// The row alone was refused. It waits, with one attempt used.
        case refused(String)
        /// The row was rejected by name, temporarily or permanently.
        case rejected(String)
        case dead(String)
        /// The same request is sent again, under the same key.
        case again
        /// As `again`. When keys are ignored, the batch is in doubt at once.
        case unknown
        case inDoubt
    }

    struct Line: Sendable, CustomTestStringConvertible {
        var status: Int
        var code: String?
        var param: String?
        var type = "application/problem+json"
        var body: String?
        var form = SandboxBodyForm.whole
        var users: ExpectedResult
        var entrance: ExpectedResult?

        var testDescription: String { "\(status) \(code ?? "") \(param ?? "") \(type) \(form.rawValue)" }

        var text: String {
            if let body { return body }
            guard let code else { return "<html><body>\(status)</body></html>" }
            let name = param.map { #","param":"\#($0)""# } ?? ""
            let shown = Int(code) == nil ? #""\#(code)""# : code
            return #"{"status":"error","code":\#(shown),"title":"t","message":"m","request_id":"req_x"\#(name)}"#
        }
    }

    static let lines: [Line] = [
        Line(status: 400, code: "parameter_missing", users: .refused("parameter_missing")),
        Line(status: 400, code: "parameter_invalid_empty", users: .refused("parameter_invalid_empty")),
        Line(status: 400, code: "parameter_unknown", users: .refused("parameter_unknown")),
        Line(
            status: 400, code: "parameter_invalid_format", param: "users[0].email",
            users: .dead("parameter_invalid_format"), entrance: .refused("parameter_invalid_format")),
        Line(
            status: 422, code: "validation_failed", param: "user.email", users: .refused("validation_failed"),
            entrance: .dead("validation_failed")),
        Line(status: 400, code: "parameter_missing", param: "Spotzee-Version", users: .paused("parameter_missing")),
        Line(status: 400, code: "idempotency_key_invalid", users: .paused("idempotency_key_invalid")),
        Line(status: 400, code: "version_unsupported", users: .paused("version_unsupported")),
        Line(status: 400, code: "version_required", users: .paused("version_required")),
        Line(status: 401, code: "authentication_required", users: .paused("authentication_required")),
        Line(status: 402, code: "quota_exceeded", users: .paused("quota_exceeded")),
        Line(status: 403, code: "permission_denied", users: .paused("permission_denied")),
        // In a request of one user the code is about the contact, because the journey is live. The contact may be
        // created later.
        Line(
            status: 404, code: "resource_missing", users: .parked("resource_missing"),
            entrance: .rejected("resource_missing")),
        Line(status: 404, code: "resource_missing", param: "entrance_id", users: .parked("resource_missing")),
        Line(status: 409, code: "state_conflict", users: .parked("state_conflict")),
        Line(status: 409, code: "idempotency_in_progress", users: .again),
        Line(status: 409, code: "idempotency_key_mismatch", users: .inDoubt),
        Line(status: 409, code: "resource_already_exists", users: .refused("resource_already_exists")),
        Line(status: 422, code: "validation_failed", users: .refused("validation_failed")),
        Line(status: 429, code: "rate_limited", users: .again),
        Line(status: 500, code: "internal_error", users: .unknown),
        Line(status: 503, code: "service_unavailable", users: .unknown),
        // Unknown codes, and old status numbers.
        Line(status: 400, code: "moon_phase_wrong", users: .refused("moon_phase_wrong")),
        Line(status: 401, code: "key_asleep", users: .paused("key_asleep")),
        Line(status: 402, code: "plan_paused", users: .again),
        Line(status: 403, code: "country_denied", users: .again),
        Line(status: 409, code: "other_conflict", users: .refused("other_conflict")),
        Line(status: 451, code: "legal", users: .refused("legal")),
        Line(status: 400, code: "1400", users: .refused("http_400")),
        Line(status: 401, code: "1401", users: .paused("authentication_required")),
        Line(status: 402, code: "1402", users: .paused("quota_exceeded")),
        Line(status: 422, code: "1422", users: .refused("validation_failed")),
        // Edges and proxies.
        Line(status: 400, type: "text/html", users: .again),
        Line(status: 401, type: "text/html", users: .again),
        Line(status: 403, type: "text/html", users: .again),
        Line(status: 404, type: "text/html", users: .again),
        Line(status: 408, type: "text/html", users: .unknown),
        Line(status: 413, type: "text/html", users: .refused("http_413")),
        Line(status: 429, type: "text/html", users: .again),
        Line(status: 500, type: "text/html", users: .unknown),
        Line(status: 502, type: "text/html", users: .unknown),
        Line(status: 504, type: "text/html", users: .unknown),
        Line(status: 520, type: "text/html", users: .unknown),
        Line(status: 301, type: "text/html", users: .paused("redirected")),
        Line(status: 200, type: "text/plain", body: "ok", users: .unknown),
        Line(status: 401, type: "application/json", body: "", users: .again),
        Line(status: 400, type: "application/json", body: #"{"detail":"no"}"#, users: .again),
        Line(status: 401, code: "authentication_required", form: .truncated, users: .again),
        Line(status: 200, type: "application/json", body: #"{"success":true}"#, form: .endless, users: .unknown),
        Line(status: 500, type: "text/html", form: .endless, users: .unknown),
        Line(status: 200, type: "application/json", body: #"{"success":true}"#, form: .truncated, users: .unknown),
    ]

    private static func shapes(_ line: Line) -> [(Journey, ExpectedResult)] {
        [(Workbench.users, line.users), (Workbench.entrance, line.entrance ?? line.users)]
    }

    /// One intent gets the answer, and nothing else happens before its settlement.
    @Test(arguments: lines, [WorkerConfiguration.Idempotency.enforced, .absent])
    func `every answer over HTTP has the result that the table states`(
        line: Line, idempotency: WorkerConfiguration.Idempotency
    ) async throws {
        for (journey, fate) in Self.shapes(line) {
            try await Workbench.open {
                $0.faults.say = SandboxWord(next: 1, status: line.status, contentType: line.type, body: line.text)
                $0.faults.bodyForm = line.form
            } _: { bench in
                var bench = bench
                bench.idempotency = idempotency
                // The backoff is so long that nothing is sent again during the test.
                bench.policy.backoff = Backoff(initial: .seconds(3600), max: .seconds(3600))
                let worker = bench
                try bench.insert(1, journey: journey)
                try await worker.whileWorking { _ in
                    try await worker.events.first { if case .settled = $0 { true } else { false } }
                }
                try worker.expect(fate, idempotency)
                #expect(worker.triggers <= (line.status == 429 ? 2 : 1))
                #expect(worker.sandbox.effects().isEmpty || line.status == 429)
            }
        }
    }
}

extension Workbench {
    fileprivate func expect(_ fate: CatalogueTests.ExpectedResult, _ idempotency: WorkerConfiguration.Idempotency)
        throws
    {
        let states = try states()
        let pause = try business.read { try Row.fetchOne($0, sql: "SELECT scope, cause FROM outbox_pause") }
        let waiting = try business.read { db in
            try Row.fetchOne(db, sql: "SELECT code, attempts, refused_alone IS NOT NULL FROM outbox_waiting")
        }
        switch fate {
        case .delivered: #expect(states == ["delivered": 1])
        case .paused(let cause):
            #expect(states == ["retrying": 1])
            #expect(pause?[0] == "" && pause?[1] == cause)
            #expect(waiting?[1] == 0)
        case .parked(let cause):
            #expect(states == ["retrying": 1])
            #expect(pause?[0] != "" && pause?[1] == cause)
            #expect(waiting?[1] == 0)
        case .refused(let code):
            #expect(states == ["retrying": 1])
            #expect(pause == nil)
            #expect(waiting?[0] == code && waiting?[1] == 1 && waiting?[2] == true)
        case .rejected(let code):
            #expect(states == ["retrying": 1])
            #expect(waiting?[0] == code && waiting?[1] == 1 && waiting?[2] == false)
        case .dead(let code):
            #expect(states == ["dead": 1])
            #expect(try query("SELECT code FROM outbox_dead") == code)
        case .again, .unknown:
            let isDoubtful = fate == .unknown && idempotency == .absent
            #expect(states == [isDoubtful ? "in_doubt" : "sending": 1])
        case .inDoubt: #expect(states == ["in_doubt": 1])
        }
    }
}
