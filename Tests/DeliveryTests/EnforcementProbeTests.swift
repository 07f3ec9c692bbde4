@testable import Delivery
import Testing

@Suite struct EnforcementProbeTests {
    private static func answer(
        _ status: Int, _ id: String?, code: String = "parameter_invalid_empty", replayed: Bool = false
    ) -> Answer {
        var response = status < 300 ? Make.json(status, #"{"created":0}"#) : Make.problem(status, code)
        response.requestID = id
        response.isReplayed = replayed
        return .response(response)
    }

    private static let cases: [(Answer, Answer, EnforcementProbe.Finding)] = [
        (answer(400, "a"), answer(400, "a", replayed: true), .enforced),
        (answer(400, "a"), answer(400, "a"), .enforced),
        (answer(200, "a"), answer(200, "a"), .enforced),
        (answer(400, "a"), answer(400, "b"), .absent),
        (answer(200, "a"), answer(200, "b"), .absent),
        (answer(409, "a", code: "state_conflict"), answer(409, "b", code: "state_conflict"), .absent),
        (answer(422, "a"), answer(422, "b"), .absent),
        (answer(200, "a"), answer(400, "b"), .inconclusive),
        (answer(400, "a", code: "x"), answer(400, "b", code: "y"), .inconclusive),
        (answer(400, nil), answer(400, nil), .inconclusive),
        (answer(400, "a"), answer(400, nil), .inconclusive),
        (answer(401, "a"), answer(401, "b"), .inconclusive),
        (answer(429, "a"), answer(429, "b"), .inconclusive),
        (answer(503, "a"), answer(503, "b"), .inconclusive),
        (answer(400, "a", code: "version_required"), answer(400, "b", code: "version_required"), .inconclusive),
        (
            answer(409, "a", code: "idempotency_in_progress"), answer(409, "b", code: "idempotency_in_progress"),
            .inconclusive
        ),
        (.response(Make.page(400)), .response(Make.page(400)), .inconclusive),
        (.silence(reason: ""), answer(400, "a"), .inconclusive),
        (answer(400, "a"), .notSent(reason: ""), .inconclusive),
    ]

    @Test(arguments: cases.indices) func `two answers under one key show whether it was looked at`(index: Int) {
        let (first, second, finding) = Self.cases[index]
        #expect(EnforcementProbe.compare(first, second) == finding)
    }
}
