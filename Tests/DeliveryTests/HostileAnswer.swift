@testable import Delivery
import Foundation

/// A valid answer with random changes to its status, its headers and its body.
struct HostileAnswer {
    var size: Int
    var response: Response

    var text: String {
        "\(response.status) \(response.contentType) replayed \(response.isReplayed) complete \(response.isComplete) "
            + "of \(size): " + String(decoding: response.body.prefix(300), as: UTF8.self)
    }

    // MARK: Drawing

    private static let statuses = [
        100, 101, 103, 199, 200, 200, 200, 200, 201, 202, 204, 206, 299, 300, 302, 304, 308, 400, 400, 401, 402, 403,
        404,
        404, 405, 408, 409, 409, 410, 413, 415, 418, 422, 422, 425, 429, 451, 499, 500, 502, 503, 504, 520, 527, 599,
        600,
        999, 0, -1, .max,
    ]

    private static let codes = [
        "parameter_missing", "parameter_invalid_format", "idempotency_key_invalid", "idempotency_key_mismatch",
        "idempotency_in_progress", "version_unsupported", "authentication_required", "quota_exceeded",
        "permission_denied",
        "resource_missing", "state_conflict", "resource_already_exists", "validation_failed", "rate_limited",
        "internal_error", "service_unavailable", "moon_phase_wrong", "", String(repeating: "x", count: 5000),
        "x" + String(repeating: "\u{301}", count: 5000),
    ]

    private static let params = [
        "users[0].email", "users.1.email", "users[2]", "users[-1]", "users[99999999999999999999].x", "users[01]",
        "users[0",
        "user.email", "event", "entrance_id", "Spotzee-Version", "idempotency-key", "users", "", "users[0][1]",
    ]

    private static let retries = [
        "0", "1", "-1", "3600", "3601", "1e9", "99999999999999999999999", "NaN", "inf", ".", "1.5", "soon", " 2 ",
        "\u{0}",
        "Fri, 31 Dec 9999 23:59:59 GMT", "Wed, 21 Oct 1815 07:28:00 GMT", "Sun Nov  6 08:49:37 1994",
        String(repeating: "9", count: 10_000),
    ]

    static func draw(_ random: inout SplitMix64) -> HostileAnswer {
        let size = Int.random(in: 1...5, using: &random)
        let isProblem = Bool.random(using: &random)
        let body = isProblem ? problem(&random) : AcceptancePropertyTests.answer(size, &random)
        var answer = HostileAnswer(
            size: size,
            response: Response(
                status: isProblem ? Int.random(in: 400...429, using: &random) : 200,
                contentType: isProblem ? "application/problem+json" : "application/json", requestID: "req_1", body: body
            ))
        let mutations = Int.random(in: 0...3, using: &random)
        for _ in 0..<mutations { answer.mutate(&random) }
        return answer
    }

    private static func problem(_ random: inout SplitMix64) -> [UInt8] {
        let code = codes.randomElement(using: &random) ?? ""
        let shown = Int.random(in: 0..<8, using: &random) == 0 ? "1400" : "\"\(code)\""
        let param = Bool.random(using: &random) ? #","param":"\#(params.randomElement(using: &random) ?? "")""# : ""
        let errors = (0..<Int.random(in: 0...3, using: &random)).map { _ in
            #"{"param":"\#(params.randomElement(using: &random) ?? "")","code":"bad","message":"m"}"#
        }
        let list = errors.isEmpty ? "" : #","errors":[\#(errors.joined(separator: ","))]"#
        return Array(#"{"status":"error","code":\#(shown),"message":"m"\#(param)\#(list)}"#.utf8)
    }

    private mutating func mutate(_ random: inout SplitMix64) {
        switch Int.random(in: 0..<10, using: &random) {
        case 0, 1: response.status = Self.statuses.randomElement(using: &random) ?? 200
        case 2:
            let types = [
                "", "text/html", "application/json; charset=utf-7", "application/problem+json", "image/png",
                "\u{1B}[0m",
            ]
            response.contentType = types.randomElement(using: &random) ?? ""
        case 3: response.isReplayed.toggle()
        case 4: response.requestID = Bool.random(using: &random) ? nil : String(repeating: "\u{202E}", count: 50)
        case 5: response.isComplete = false
        case 6: response.retryAfter = Self.retries.randomElement(using: &random)
        case 7:
            response.body =
                [[], [0xFF, 0xFE], Array(repeating: 0x5B, count: 100_000), [0]].randomElement(using: &random) ?? []
        default: response.body = AcceptancePropertyTests.corrupt(response.body, &random)
        }
    }

    // MARK: Reading it by the API's reference

    /// The problem document as a second parser reads it; nil for any other text.
    var problem: [String: Any]? {
        guard response.isComplete, response.contentType.contains("json"),
            let fields = try? JSONSerialization.jsonObject(with: Data(response.body)) as? [String: Any]
        else { return nil }
        return fields["status"] as? String == "error" || fields["code"] is String ? fields : nil
    }

    /// Whether a key is duplicate, so that parsers may differ: then only the status counts.
    var isAmbiguous: Bool { problem != nil && StrictJSON.read(response.body) == nil }

    var code: String? { problem?["code"] as? String }

    var is2xx: Bool { (200..<300).contains(response.status) }
    var is4xx: Bool { (400..<500).contains(response.status) }

    /// A timeout, a 5xx, a malformed answer, or a request in progress.
    var provesNothing: Bool {
        let isOpen = !is2xx && !(300..<500).contains(response.status) || [408, 425].contains(response.status)
        return isOpen && !(response.isReplayed && response.status < 500)
    }

    /// An answer after the API has looked the key up, and every replay below 500.
    var isFromBehindTheCache: Bool {
        (is2xx && isMarked) || (response.isReplayed && response.status < 500)
            || ([400, 404, 409, 422].contains(response.status) && problem != nil)
    }

    var isMarked: Bool { response.contentType.contains("json") || response.requestID != nil || response.isReplayed }
}
