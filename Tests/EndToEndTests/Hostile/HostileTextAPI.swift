import Foundation
import Synchronization

/// An API that returns hostile texts: codes, titles, details, messages, request ids, names of journeys.
final class HostileTextAPI: Sendable {
    /// The answer to a trigger, by the journey's number.
    enum AnswerForm: Int, CaseIterable {
        case rejecting = 33
        case invalid = 41
        case closed = 43
        case mismatched = 44
        case untitled = 45
        case edge = 46
    }

    private struct State {
        var words: HostileWords
        var isRevoked = false
    }

    private let state: Mutex<State>

    init(seed: UInt64) {
        state = Mutex(State(words: HostileWords(seed: seed)))
    }

    /// From now on, the API key is refused with hostile texts.
    func revoke() {
        state.withLock { $0.isRevoked = true }
    }

    func answer(_ request: RawServer.Request) -> [RawServer.AnswerStep] {
        state.withLock { [.bytes(Self.answer(request, &$0))] }
    }

    private static func answer(_ request: RawServer.Request, _ state: inout State) -> [UInt8] {
        let path = request.line.split(separator: " ").dropFirst().first ?? ""
        if state.isRevoked { return problem(401, "authentication_required", &state.words) }
        if path.contains("/journeys?") { return list(&state.words) }
        let number = path.firstMatch(of: /journeys\/([0-9]+)/).flatMap { Int($0.1) } ?? 0
        guard request.line.hasPrefix("POST") else {
            let status = number == AnswerForm.closed.rawValue ? "draft" : "live"
            return whole(200, Array(#"{"id":\#(number),"status":"\#(status)"}"#.utf8), &state.words)
        }
        switch AnswerForm(rawValue: number) {
        case .rejecting, nil: return rejections(request, &state.words)
        case .invalid: return problem(422, nil, &state.words)
        case .closed: return problem(409, "state_conflict", &state.words)
        case .mismatched: return problem(409, "idempotency_key_mismatch", &state.words)
        case .untitled: return untitled(&state.words)
        case .edge:
            let type = Array("text/html; x=".utf8) + state.words.header()
            return whole(403, Array("<html>\u{1B}[31m".utf8), &state.words, type: type)
        }
    }

    private static func whole(
        _ status: Int, _ body: [UInt8], _ words: inout HostileWords, type: [UInt8] = Array("application/json".utf8)
    ) -> [UInt8] {
        Array("HTTP/1.1 \(status) No\r\nContent-Type: ".utf8) + type + Array("\r\nX-Request-Id: ".utf8) + words.header()
            + Array("\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body
    }

    private static func object(_ members: [(String, [UInt8])]) -> [UInt8] {
        Array("{".utf8)
            + members.map { Array("\"\($0.0)\":".utf8) + $0.1 }.joined(separator: Array(",".utf8)) + Array("}".utf8)
    }

    private static func problem(_ status: Int, _ code: String?, _ words: inout HostileWords) -> [UInt8] {
        let detail = object([("param", words.json()), ("code", words.json()), ("message", words.json())])
        let body = object([
            ("status", Array(#""error""#.utf8)), ("code", code.map { Array("\"\($0)\"".utf8) } ?? words.json()),
            ("title", words.json()), ("detail", words.json()), ("message", words.json()), ("type", words.json()),
            ("request_id", words.json()), ("errors", Array("[".utf8) + detail + Array("]".utf8)),
        ])
        return whole(status, body, &words, type: Array("application/problem+json".utf8))
    }

    private static func untitled(_ words: inout HostileWords) -> [UInt8] {
        whole(400, object([("code", words.json()), ("title", words.json())]), &words)
    }

    /// The first user is rejected with hostile texts.
    private static func rejections(_ request: RawServer.Request, _ words: inout HostileWords) -> [UInt8] {
        let count = max(
            1, String(decoding: request.body, as: UTF8.self).components(separatedBy: "external_id").count - 1)
        let error = object([
            ("index", Array("0".utf8)), ("code", words.json()), ("message", words.json()), ("request_id", words.json()),
        ])
        return whole(
            200,
            object([
                ("entrances_created", Array("\(count - 1)".utf8)),
                ("errors", Array("[".utf8) + error + Array("]".utf8)),
            ]), &words)
    }

    private static func list(_ words: inout HostileWords) -> [UInt8] {
        let entries = (AnswerForm.allCases.map(\.rawValue) + [99]).map { id in
            object([("id", Array("\(id)".utf8)), ("name", words.json()), ("status", words.json())])
        }
        let results = Array("[".utf8) + entries.joined(separator: Array(",".utf8)) + Array("]".utf8)
        return whole(200, object([("results", results), ("nextCursor", Array("null".utf8))]), &words)
    }
}
