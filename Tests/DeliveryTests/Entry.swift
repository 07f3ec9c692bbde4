@testable import Delivery
import Testing

/// The kind of a finding, short enough for a table.
enum Kind: Equatable, Sendable {
    case processed, rows, content, tooLarge, edge, closed, journey, inProgress, mismatch, limited, unknown, notSent

    init(_ finding: Verdict.Finding) {
        switch finding {
        case .processed: self = .processed
        case .refusedRows: self = .rows
        case .refusedContent(_, let isTooLarge): self = isTooLarge ? .tooLarge : .content
        case .refusedByEdge: self = .edge
        case .refusedForAll: self = .closed
        case .refusedForJourney: self = .journey
        case .inProgress: self = .inProgress
        case .keyMismatch: self = .mismatch
        case .rateLimited: self = .limited
        case .unknown: self = .unknown
        case .notSent: self = .notSent
        }
    }
}

/// One answer, and what it means in each shape. The table is made from the API reference and not from the code.
struct Entry: Sendable, CustomTestStringConvertible {
    var what: String
    var answer: Answer
    var users: Kind
    var entrance: Kind
    var evidence: Verdict.EvidenceScope

    var testDescription: String { what }

    func kind(_ shape: Shape) -> Kind { shape == .users ? users : entrance }

    init(
        _ what: String, _ response: Response, _ users: Kind, _ entrance: Kind? = nil, _ evidence: Verdict.EvidenceScope
    ) {
        self.what = what
        answer = .response(response)
        self.users = users
        self.entrance = entrance ?? users
        self.evidence = evidence
    }

    private init(_ what: String, _ answer: Answer, _ kind: Kind, _ evidence: Verdict.EvidenceScope) {
        (self.what, self.answer, users, entrance, self.evidence) = (what, answer, kind, kind, evidence)
    }

    /// The refusals of the error catalogue, with the code as a text.
    static let catalogue: [Entry] = [
        Entry("400 parameter_missing", Make.problem(400, "parameter_missing"), .content, nil, .everyAttempt),
        Entry(
            "400 parameter_invalid_empty", Make.problem(400, "parameter_invalid_empty"), .content, nil, .everyAttempt),
        Entry(
            "400 parameter_invalid_format", Make.problem(400, "parameter_invalid_format"), .content, nil, .everyAttempt),
        Entry("400 parameter_unknown", Make.problem(400, "parameter_unknown"), .content, nil, .everyAttempt),
        Entry("400 idempotency_key_invalid", Make.problem(400, "idempotency_key_invalid"), .closed, nil, .thisAttempt),
        Entry("400 version_unsupported", Make.problem(400, "version_unsupported"), .closed, nil, .thisAttempt),
        Entry("400 version_required", Make.problem(400, "version_required"), .closed, nil, .thisAttempt),
        Entry("401 authentication_required", Make.problem(401, "authentication_required"), .closed, nil, .thisAttempt),
        Entry("402 quota_exceeded", Make.problem(402, "quota_exceeded"), .closed, nil, .thisAttempt),
        Entry("403 permission_denied", Make.problem(403, "permission_denied"), .closed, nil, .thisAttempt),
        Entry("404 resource_missing", Make.problem(404, "resource_missing"), .journey, nil, .everyAttempt),
        Entry("409 state_conflict", Make.problem(409, "state_conflict"), .journey, nil, .everyAttempt),
        Entry("409 idempotency_key_mismatch", Make.problem(409, "idempotency_key_mismatch"), .mismatch, nil, .nothing),
        Entry("409 idempotency_in_progress", Make.problem(409, "idempotency_in_progress"), .inProgress, nil, .nothing),
        Entry(
            "409 resource_already_exists", Make.problem(409, "resource_already_exists"), .content, nil, .everyAttempt),
        Entry("422 validation_failed", Make.problem(422, "validation_failed"), .content, nil, .everyAttempt),
        Entry("429 rate_limited", Make.problem(429, "rate_limited"), .limited, nil, .thisAttempt),
        Entry("500 internal_error", Make.problem(500, "internal_error"), .unknown, nil, .nothing),
        Entry("503 service_unavailable", Make.problem(503, "service_unavailable"), .unknown, nil, .nothing),
    ]

    /// Parameters, further codes, numeric codes of earlier versions and marks that contradict each other.
    static let variants: [Entry] = [
        Entry(
            "400 naming a user", Make.problem(400, "parameter_invalid_format", param: "users[1].email"), .rows,
            .content, .everyAttempt),
        Entry(
            "422 listing a user", Make.problem(422, "validation_failed", errors: ["users[0].email"]), .rows, .content,
            .everyAttempt),
        Entry(
            "422 naming the one user", Make.problem(422, "validation_failed", errors: ["user.email"]), .content, .rows,
            .everyAttempt),
        Entry(
            "422 naming the event", Make.problem(422, "validation_failed", param: "event"), .content, .rows,
            .everyAttempt),
        Entry(
            "422 naming a user that was not sent", Make.problem(422, "validation_failed", param: "users[99].email"),
            .content,
            nil, .everyAttempt),
        Entry(
            "422 naming a user beyond all integers",
            Make.problem(422, "validation_failed", param: "users[99999999999999999999]"), .content, nil, .everyAttempt),
        Entry(
            "400 naming entrance_id", Make.problem(400, "parameter_missing", param: "entrance_id"), .content, nil,
            .everyAttempt),
        Entry(
            "400 naming a header", Make.problem(400, "parameter_invalid_format", param: "Spotzee-Version"), .closed,
            nil, .thisAttempt),
        Entry(
            "409 in progress naming the key header",
            Make.problem(409, "idempotency_in_progress", param: "Idempotency-Key"), .inProgress, nil, .nothing),
        Entry(
            "409 mismatch naming the key header",
            Make.problem(409, "idempotency_key_mismatch", param: "Idempotency-Key"), .mismatch, nil, .nothing),
        Entry("400 with a code of tomorrow", Make.problem(400, "moon_phase_wrong"), .content, nil, .everyAttempt),
        Entry("401 with a code of tomorrow", Make.problem(401, "key_asleep"), .closed, nil, .thisAttempt),
        Entry("402 with a code of tomorrow", Make.problem(402, "plan_paused"), .edge, nil, .thisAttempt),
        Entry("403 with a code of tomorrow", Make.problem(403, "country_denied"), .edge, nil, .thisAttempt),
        Entry("409 with a code of tomorrow", Make.problem(409, "other_conflict"), .content, nil, .everyAttempt),
        Entry("410 as a problem", Make.problem(410, "gone"), .content, nil, .thisAttempt),
        Entry("451 as a problem", Make.problem(451, "legal"), .content, nil, .thisAttempt),
        Entry("400 with a number", Make.problem(400, "", isNumeric: true), .content, nil, .everyAttempt),
        Entry("401 with a number", Make.problem(401, "", isNumeric: true), .closed, nil, .thisAttempt),
        Entry("402 with a number", Make.problem(402, "", isNumeric: true), .closed, nil, .thisAttempt),
        Entry("403 with a number", Make.problem(403, "", isNumeric: true), .closed, nil, .thisAttempt),
        Entry("404 with a number", Make.problem(404, "", isNumeric: true), .journey, nil, .everyAttempt),
        Entry("422 with a number", Make.problem(422, "", isNumeric: true), .content, nil, .everyAttempt),
        Entry("429 with a number", Make.problem(429, "", isNumeric: true), .limited, nil, .thisAttempt),
        Entry("503 with a number", Make.problem(503, "", isNumeric: true), .unknown, nil, .nothing),
        Entry(
            "404, journey live", Make.problem(404, "resource_missing", journey: .live), .journey, .rows, .everyAttempt),
        Entry(
            "404, journey may not be read", Make.problem(404, "resource_missing", journey: .forbidden), .journey,
            .content, .everyAttempt),
        Entry(
            "404 naming a user", Make.problem(404, "resource_missing", param: "users[1].external_id"), .rows,
            .journey, .everyAttempt),
        Entry(
            "404 naming the one user",
            Make.problem(404, "resource_missing", param: "user.external_id", journey: .live), .journey, .rows,
            .everyAttempt),
        Entry(
            "404 naming the entrance", Make.problem(404, "resource_missing", param: "entrance_id", journey: .live),
            .journey, nil, .everyAttempt),
        Entry(
            "404, journey off", Make.problem(404, "resource_missing", journey: .notLive), .journey, nil, .everyAttempt),
        Entry(
            "404, journey missing", Make.problem(404, "resource_missing", journey: .missing), .journey, nil,
            .everyAttempt),
        Entry(
            "404, journey unreadable", Make.problem(404, "resource_missing", journey: .unreadable), .journey, nil,
            .everyAttempt),
    ]

    /// Answers of proxies in front of the API, and missing answers.
    static let edges: [Entry] =
        [400, 401, 402, 403, 404, 405, 409, 415, 418, 422, 499].map {
            Entry("\($0) as HTML", Make.page($0), .edge, nil, .thisAttempt)
        }
        + [500, 501, 502, 503, 504, 520, 521, 524, 527, 599, 600, 999, 100, 0, -1].map {
            Entry("\($0) as HTML", Make.page($0), .unknown, nil, .nothing)
        }
        + [300, 301, 302, 303, 304, 307, 308].map { Entry("\($0)", Make.page($0), .closed, nil, .thisAttempt) }
        + [
            Entry("413 as HTML", Make.page(413), .tooLarge, nil, .thisAttempt),
            Entry("413 as a problem", Make.problem(413, "too_large"), .tooLarge, nil, .thisAttempt),
            Entry("429 as HTML", Make.page(429), .limited, nil, .thisAttempt),
            Entry("408", Make.page(408), .unknown, nil, .nothing),
            Entry("425", Make.problem(425, "too_early"), .unknown, nil, .nothing),
            Entry("200 as HTML", Make.page(200), .unknown, nil, .nothing),
            Entry("202 as HTML, a challenge", Make.page(202), .unknown, nil, .nothing),
            Entry("202 without a mark of the API", Response(status: 202), .unknown, nil, .nothing),
            Entry("400 cut off", cut(Make.problem(400, "parameter_missing")), .edge, nil, .thisAttempt),
            Entry("401 cut off", cut(Make.problem(401, "authentication_required")), .edge, nil, .thisAttempt),
            Entry("400 empty", Make.json(400, ""), .edge, nil, .thisAttempt),
            Entry("400 with other JSON", Make.json(400, #"{"detail":"no"}"#), .edge, nil, .thisAttempt),
            Entry("400 with a list", Make.json(400, "[]"), .edge, nil, .thisAttempt),
            Entry(
                "401 nested without end", Make.json(401, String(repeating: "[", count: 100_000)), .edge, nil,
                .thisAttempt),
            Entry(
                "409 with huge numbers",
                Make.json(
                    409,
                    #"{"status":"error","code":"state_conflict","n":123456789012345678901234567890,"x":1.5,"y":1e300}"#),
                .journey, nil, .everyAttempt),
            Entry(
                "409 with a key twice", Make.json(409, #"{"status":"error","code":"state_conflict","n":1,"n":2}"#),
                .journey, nil, .everyAttempt),
            Entry("a timeout", .silence(reason: "timeout"), .unknown, .nothing),
            Entry("no connection", .notSent(reason: "refused"), .notSent, .thisAttempt),
        ]

    static let all = catalogue + variants + edges

    private static func cut(_ response: Response) -> Response {
        var response = response
        response.isComplete = false
        return response
    }
}
