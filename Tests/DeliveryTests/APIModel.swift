@testable import Delivery

/// A model of the API: it enters users, enforces keys or not, and requests and answers fail in every way.
struct APIModel {
    var enforcesKeys = true
    /// How many of a hundred requests have a fault.
    var faults = 0
    var isKeyRefused = false
    var isJourneyLive = true
    /// How often each intent was entered.
    private(set) var entered: [Int64: Int] = [:]
    /// What was sent with each key.
    private(set) var bodies: [String: [UInt8]] = [:]
    private(set) var keyReused = false
    private var cache: [String: Response] = [:]
    private var tries: [Int64: Int] = [:]

    /// Intents that are always refused: without a name, and by name.
    static func isPoison(_ id: Int64) -> Bool { id % 23 == 0 }
    static func isRejected(_ id: Int64) -> Bool { id % 17 == 0 }
    /// Intents whose contact appears only at the second request.
    static func isLate(_ id: Int64) -> Bool { id % 13 == 0 }

    mutating func answer(_ batch: Batch, _ random: inout SplitMix64) throws -> Answer {
        let body = bodies[batch.key] ?? batch.body
        if body != batch.body { keyReused = true }
        bodies[batch.key] = body
        let isFaulty = Int.random(in: 0..<100, using: &random) < faults
        let fault = isFaulty ? Int.random(in: 0..<14, using: &random) : -1
        if let refusal = before(fault) { return refusal }
        if isKeyRefused { return .response(Make.problem(401, "authentication_required")) }
        let response = try behind(batch)
        return after(fault, response)
    }

    /// The faults before the request has an effect.
    private func before(_ fault: Int) -> Answer? {
        switch fault {
        case 0: .notSent(reason: "refused")
        case 1: .silence(reason: "reset before the effect")
        case 2: .response(Make.page(502))
        case 3: .response(Make.problem(429, "rate_limited", retryAfter: "2"))
        case 4: .response(Make.problem(503, "service_unavailable"))
        case 5: .response(Make.page(403))
        case 6: .response(Make.problem(402, "quota_exceeded"))
        case 7: .response(Make.page(302))
        case 8: .response(Make.page(200))
        default: nil
        }
    }

    /// The faults after the request had an effect.
    private func after(_ fault: Int, _ response: Response) -> Answer {
        switch fault {
        case 9: return .silence(reason: "timeout after the effect")
        case 10: return .response(Make.page(504))
        case 11:
            var cut = response
            cut.isComplete = false
            cut.body = Array(cut.body.prefix(5))
            return .response(cut)
        case 12: return .response(Make.json(200, "OK"))
        case 13: return .response(Make.problem(500, "internal_error"))
        default: return .response(response)
        }
    }

    private mutating func behind(_ batch: Batch) throws -> Response {
        if enforcesKeys, var cached = cache[batch.key] {
            cached.isReplayed = true
            return cached
        }
        let response = try run(batch)
        cache[batch.key] = response
        return response
    }

    private mutating func run(_ batch: Batch) throws -> Response {
        guard isJourneyLive else { return Make.problem(409, "state_conflict") }
        let ids = try batch.members.decode().map(\.id)
        if ids.contains(where: Self.isPoison) { return Make.problem(422, "validation_failed") }
        var errors: [String] = []
        for (index, id) in ids.enumerated() {
            tries[id, default: 0] += 1
            if Self.isRejected(id) {
                errors.append(#"{"index":\#(index),"code":"contact_blocked"}"#)
            } else if Self.isLate(id) && tries[id] == 1 {
                errors.append(#"{"index":\#(index),"code":"resource_missing"}"#)
            } else {
                entered[id, default: 0] += 1
            }
        }
        return Make.json(200, #"{"created":\#(ids.count - errors.count),"errors":[\#(errors.joined(separator: ","))]}"#)
    }
}
