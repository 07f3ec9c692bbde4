@testable import Delivery

/// The values that the tests use: one journey, one target, and times that are easy to add up.
enum Make {
    static let outbox = "0b8a2f6e-0000-4000-8000-000000000001"
    static let now = WallTime(milliseconds: 1_800_000_000_000)
    /// An hour ago: when an earlier attempt was possibly executed.
    static let earlier = now + .seconds(-3600)
    /// Ten seconds ago: when the attempt that is being answered began.
    static let begun = now + .seconds(-10)

    static func target(_ shape: Shape = .users) -> Target {
        Target(
            url: "https://api.test", journey: 33, entrance: shape == .users ? nil : 42, version: "2026-04-28")
    }

    static func order(
        _ shape: Shape = .users, journey: Journey = Journey(name: "welcome", id: 33), rowsMax: Int = 100,
        bodyBytesMax: Int = 1 << 20
    ) -> ClaimRequest {
        ClaimRequest(
            journey: journey, target: target(shape), apiKeyFingerprint: "current", batches: 1, rowsMax: rowsMax,
            bodyBytesMax: bodyBytesMax, linger: .zero)
    }

    static func rows(_ count: Int, from first: Int64 = 1, attempts: Int = 0) -> [Row] {
        (0..<Int64(count)).map { Row(id: first + $0, attempts: attempts, externalID: "u\(first + $0)") }
    }

    static func request(_ rows: [Row], _ shape: Shape = .users) -> FrozenRequest? {
        var builder = BatchBuilder(order: order(shape), at: now)
        for row in rows { _ = row.offer(to: &builder) }
        return builder.freeze(outbox: outbox)
    }

    /// A batch whose latest attempt began at `begun`, and whose earlier attempts left the stamp `before`.
    static func batch(
        _ rows: [Row], _ shape: Shape = .users, id: Int64 = 7, before: WallTime? = nil, attempt: Int = 1,
        replays: Int = 0, fingerprint: String = "current"
    ) throws -> Batch {
        guard let request = request(rows, shape) else { throw Unsendable.invalidJSON }
        return Batch(
            id: id, journey: "welcome", key: request.key, target: target(shape), apiKeyFingerprint: fingerprint,
            traceparent: request.traceparent, parent: nil, size: request.size, body: request.body,
            members: request.members, frozenAt: begun, attempt: attempt, possiblyExecutedSince: before ?? begun,
            possiblyExecutedBefore: before, replays: replays)
    }

    static func settlementPolicy(
        _ enforcement: Enforcement = .enforced, onUnknown: Journey.OnUnknown = .hold, othersSucceed: Bool = false,
        policy: DeliveryPolicy = DeliveryPolicy(), isRetiredKey: Bool = false, isParkedForRows: Bool = false
    ) -> SettlementPolicy {
        SettlementPolicy(
            policy: policy, enforcement: enforcement, onUnknown: onUnknown, othersSucceed: othersSucceed, now: now,
            random: SplitMix64(seed: 1), isRetiredKey: isRetiredKey, isParkedForRows: isParkedForRows)
    }

    static func json(_ status: Int, _ text: String, replayed: Bool = false) -> Response {
        Response(
            status: status, contentType: "application/json", requestID: "req_1", isReplayed: replayed,
            body: Array(text.utf8))
    }

    static func problem(
        _ status: Int, _ code: String, param: String? = nil, errors: [String] = [], retryAfter: String? = nil,
        replayed: Bool = false, isNumeric: Bool = false, journey: Response.JourneyReading? = nil
    ) -> Response {
        let named = param.map { #","param":"\#($0)""# } ?? ""
        let list =
            errors.isEmpty
            ? ""
            : ",\"errors\":[" + errors.map { #"{"param":"\#($0)","code":"bad","message":"m"}"# }.joined(separator: ",")
                + "]"
        let shown = isNumeric ? "1400" : "\"\(code)\""
        return Response(
            status: status, contentType: "application/problem+json", requestID: "req_1", retryAfter: retryAfter,
            isReplayed: replayed,
            body: Array(#"{"status":"error","code":\#(shown),"title":"t","message":"m"\#(named)\#(list)}"#.utf8),
            journey: journey)
    }

    static func page(_ status: Int, retryAfter: String? = nil) -> Response {
        Response(
            status: status, contentType: "text/html", retryAfter: retryAfter, body: Array("<html>\(status)</html>".utf8)
        )
    }
}

extension PauseCause: ExpressibleByStringLiteral {
    /// In tests a cause is written as the database spells it.
    public init(stringLiteral text: String) { self.init(text: text) }
}
