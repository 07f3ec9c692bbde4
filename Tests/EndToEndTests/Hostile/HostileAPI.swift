import Foundation
import Synchronization

/// An API that enforces idempotency keys correctly, and sends malformed answers.
///
/// It records its entrances: each order of an accepted request whose key is new.
final class HostileAPI: Sendable {
    /// The way in which an answer is malformed.
    enum AnswerKind: String, CaseIterable, Sendable {
        case endlessChunks, endlessLength, gzipBomb, slowBody, slowHead, headerFlood, hugeHeader, endlessContinue,
            garbage
        case cut, stalled, closed, reset, secondAnswer, badChunk, twoLengths, badLength, badStatus, bodyOf204, deepJSON
        case longList, absurdRetry, edgePage, noUTF8, endlessTrailers, endlessExtension, noHeaders, otherProtocol
    }

    private struct State {
        var random: SeededNumbers
        var entered: [Int: Int] = [:]
        var bodies: [String: [UInt8]] = [:]
        var answers: [String: [UInt8]] = [:]
        var kinds: [AnswerKind: Int] = [:]
        var isCalm = false
        var mismatches = 0
    }

    private let state: Mutex<State>
    private let bomb: [UInt8]

    private let only: AnswerKind?

    /// - Parameters:
    ///   - bomb: a gzip stream whose body is far larger than the stream.
    ///   - only: the kind of every answer; nil mixes all kinds with correct answers.
    init(seed: UInt64, bomb: [UInt8], only: AnswerKind? = nil) {
        state = Mutex(State(random: SeededNumbers(seed: seed)))
        self.bomb = bomb
        self.only = only
    }

    /// How often each order was entered.
    var entered: [Int: Int] { state.withLock { $0.entered } }
    var kinds: [AnswerKind: Int] { state.withLock { $0.kinds } }
    var hostileAnswers: Int { kinds.values.reduce(0, +) }
    /// Keys that were sent with another body.
    var mismatches: Int { state.withLock { $0.mismatches } }

    func calm() {
        state.withLock { $0.isCalm = true }
    }

    func answer(_ request: RawServer.Request) -> [RawServer.AnswerStep] {
        guard request.line.hasPrefix("POST") else { return [.bytes(Self.whole(200, #"{"id":33,"status":"live"}"#))] }
        return state.withLock { state in
            let key = request.headers["idempotency-key"] ?? ""
            if state.bodies[key, default: request.body] != request.body { state.mismatches += 1 }
            state.bodies[key] = request.body
            let isHostile = !state.isCalm && (only != nil || Int.random(in: 0..<8, using: &state.random) > 0)
            guard isHostile, let kind = only ?? AnswerKind.allCases.randomElement(using: &state.random) else {
                return [.bytes(Self.honest(request, key, &state))]
            }
            state.kinds[kind, default: 0] += 1
            // Half of the requests have had their effect by then.
            let honest = Bool.random(using: &state.random) ? Self.honest(request, key, &state) : nil
            return steps(kind, honest)
        }
    }

    // MARK: Correct answers

    private struct Body: Decodable {
        struct User: Decodable {
            struct OrderData: Decodable {
                let order: Int
            }
            let data: OrderData
        }
        let users: [User]
    }

    private static func honest(_ request: RawServer.Request, _ key: String, _ state: inout State) -> [UInt8] {
        if let cached = state.answers[key] { return cached }
        guard let body = try? JSONDecoder().decode(Body.self, from: Data(request.body)) else { return whole(400, "{}") }
        for user in body.users { state.entered[user.data.order, default: 0] += 1 }
        let text = #"{"entrances_created":\#(body.users.count),"errors":[]}"#
        state.answers[key] = whole(200, text, more: "Idempotent-Replayed: true\r\n")
        return whole(200, text)
    }

    private static func whole(_ status: Int, _ body: String, more: String = "") -> [UInt8] {
        Array(
            """
            HTTP/1.1 \(status) OK\r\nContent-Type: application/json\r\nX-Request-Id: req_1\r\n\(more)\
            Content-Length: \(body.utf8.count)\r\n\r\n\(body)
            """.utf8)
    }

    // MARK: Hostile answers

    private static let forged = whole(200, #"{"success":true}"#)
    private static let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Request-Id: req_1\r\n"
    private static let endless = 1 << 20

    /// - Parameter honest: the correct answer, when the request has had its effect.
    private func steps(_ kind: AnswerKind, _ honest: [UInt8]?) -> [RawServer.AnswerStep] {
        func bytes(_ text: String) -> RawServer.AnswerStep { .bytes(Array(text.utf8)) }
        let chunk = Array("4000\r\n".utf8) + Array(repeating: 0x20, count: 0x4000) + Array("\r\n".utf8)
        let close = RawServer.AnswerStep.close(isReset: false)
        switch kind {
        case .endlessChunks:
            return [
                bytes(Self.head + "Transfer-Encoding: chunked\r\n\r\n"),
                .again(chunk, every: .zero, times: Self.endless),
            ]
        case .endlessLength:
            return [
                bytes(Self.head + "Content-Length: 1000000000000000\r\n\r\n"),
                .again(chunk, every: .zero, times: Self.endless),
            ]
        case .gzipBomb:
            return [bytes(Self.head + "Content-Encoding: gzip\r\nContent-Length: \(bomb.count)\r\n\r\n"), .bytes(bomb)]
        case .slowBody:
            let slow = RawServer.AnswerStep.again([0x20], every: .milliseconds(100), times: Self.endless)
            return [bytes(Self.head + "Content-Length: 100000\r\n\r\n"), slow]
        case .slowHead:
            return Self.forged.map { .bytes([$0]) }.flatMap { [$0, .pause(.milliseconds(100))] }
        case .headerFlood:
            return [bytes(Self.head), .again(Array("X-Flood: 0123456789\r\n".utf8), every: .zero, times: Self.endless)]
        case .hugeHeader:
            return [
                bytes(Self.head + "X-Huge: "),
                .again(Array(repeating: 0x61, count: 0x4000), every: .zero, times: Self.endless),
            ]
        case .endlessContinue:
            return [.again(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), every: .zero, times: Self.endless)]
        case .garbage: return [.bytes((0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 167) }), close]
        case .cut: return [.bytes(Array((honest ?? Self.forged).dropLast(3))), close]
        case .stalled: return [.bytes(Array((honest ?? Self.forged).dropLast(3))), .pause(.seconds(20))]
        case .closed: return [close]
        case .reset: return [.close(isReset: true)]
        case .secondAnswer:
            // The second answer has no request. The next request on this connection must not receive it.
            return [.bytes((honest ?? Self.whole(503, "{}")) + Self.forged)]
        case .badChunk:
            return [bytes(Self.head + "Transfer-Encoding: chunked\r\n\r\nZZ\r\n{\"success\":true}\r\n0\r\n\r\n")]
        case .twoLengths:
            return [bytes(Self.head + "Content-Length: 16\r\nContent-Length: 2\r\n\r\n{\"success\":true}"), close]
        case .badLength: return [bytes(Self.head + "Content-Length: -16\r\n\r\n{\"success\":true}"), close]
        case .badStatus: return [bytes("HTTP/1.1 99999 Fine\r\nContent-Length: 0\r\n\r\n"), close]
        case .bodyOf204:
            return [
                bytes("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n{\"success\":true}HTTP/1.1 200 OK\r\n\r\n"), close,
            ]
        case .deepJSON: return [.bytes(Self.whole(200, String(repeating: "[", count: 500_000)))]
        case .longList:
            let list = String(repeating: #"{"index":0,"code":"x"},"#, count: 40_000)
            return [.bytes(Self.whole(503, #"{"errors":[\#(list)1]}"#))]
        case .absurdRetry:
            return [
                .bytes(
                    Self.whole(503, "{}", more: "Retry-After: \(String(repeating: "9", count: 5000))\r\nAge: -1\r\n"))
            ]
        case .edgePage: return [bytes("HTTP/1.1 502 Bad\r\nContent-Type: text/html\r\n\r\n<html>\u{1B}[31m"), close]
        case .noUTF8: return [bytes(Self.head + "Content-Length: 4\r\n\r\n"), .bytes([0xFF, 0xFE, 0x00, 0x9B])]
        case .endlessTrailers:
            return [
                bytes(Self.head + "Transfer-Encoding: chunked\r\n\r\n10\r\n{\"success\":true}\r\n0\r\n"),
                .again(Array("X-Trailer: 0123456789\r\n".utf8), every: .zero, times: Self.endless),
            ]
        case .endlessExtension:
            return [
                bytes(Self.head + "Transfer-Encoding: chunked\r\n\r\n10;"),
                .again(Array(repeating: 0x61, count: 0x4000), every: .zero, times: Self.endless),
            ]
        case .noHeaders: return [bytes("HTTP/1.1 200 OK\r\n\r\n{\"success\":true}"), close]
        case .otherProtocol: return [bytes("SSH-2.0-OpenSSH_9.2p1\r\n"), close]
        }
    }
}
