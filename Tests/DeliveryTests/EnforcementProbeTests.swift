import Synchronization
import Testing

@testable import Delivery

@Suite struct EnforcementProbeTests {
    private static func answer(
        _ status: Int, _ id: String?, code: String = "parameter_invalid_empty", replayed: Bool = false
    ) -> Answer {
        var response = status < 300 ? Make.json(status, #"{"created":0}"#) : Make.problem(status, code)
        response.requestID = id
        response.isReplayed = replayed
        return .response(response)
    }

    private static let cases: [(Answer, Answer, EnforcementEvidence)] = [
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

    @Test(arguments: cases.indices) func `two answers with one key show whether keys are enforced`(index: Int) {
        let (first, second, finding) = Self.cases[index]
        #expect(EnforcementEvidence(first, second) == finding)
    }

    @Test func `two answers with two API keys prove nothing`() async {
        let target = Make.target()
        let rotated = RotatingSender(answers: [Self.answer(400, "a"), Self.answer(400, "b")], isRotated: true)
        #expect(await EnforcementProbe(sender: rotated).run(target: target, key: "k").0 == .inconclusive)
        let steady = RotatingSender(answers: [Self.answer(400, "a"), Self.answer(400, "b")], isRotated: false)
        #expect(await EnforcementProbe(sender: steady).run(target: target, key: "k").0 == .absent)
    }
}

/// Gives its answers in order; the API key changes with the last one, if at all.
private final class RotatingSender: BatchSender {
    private let answers: Mutex<[Answer]>
    private let isRotated: Bool

    init(answers: [Answer], isRotated: Bool) {
        self.answers = Mutex(answers)
        self.isRotated = isRotated
    }

    var apiKeyFingerprints: [String] { isRotated && answers.withLock(\.isEmpty) ? ["new", "old"] : ["old"] }
    func send(_ batch: Batch) async -> Answer { .silence(reason: "") }
    func read(journey: Target) async -> JourneyReport { JourneyReport(reading: .unreadable) }
    func sendWithoutEffect(key: String, target: Target) async -> Answer { answers.withLock { $0.removeFirst() } }
}
