import Foundation
import Sandbox
import Synchronization

/// A model with a time that the test sets.
struct Drive {
    var model: SandboxModel
    var now: Int64 = 1_777_000_000_000

    init(
        journeys: [SandboxJourney] = [SandboxJourney(id: 33)], rate: [SandboxRateLimit] = [],
        dialect: SandboxDialect = .entrancesCreated, change: (inout SandboxConfiguration) -> Void = { _ in }
    ) {
        var configuration = SandboxConfiguration(journeys: journeys, rate: rate, dialect: dialect)
        change(&configuration)
        model = SandboxModel(configuration)
    }

    mutating func send(_ request: SandboxRequest) -> SandboxReply {
        model.receive(request, at: now)
    }
}

extension SandboxReply {
    var json: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:]
    }

    var code: String? { json["code"] as? String }
    var param: String? { json["param"] as? String }
    var requestID: String? { header("x-request-id") }
    var isReplay: Bool { header("idempotent-replayed") == "true" }

    var effects: [SandboxEffect] {
        records.compactMap { if case .effect(let effect) = $0 { effect } else { nil } }
    }

    var line: SandboxRequestRecord? {
        records.compactMap { if case .request(let request) = $0 { request } else { nil } }.first
    }
}

/// A clock that the test advances.
final class ManualClock: Sendable {
    private let time = Mutex<Int64>(1_777_000_000_000)

    var now: Int64 { time.withLock { $0 } }

    func advance(by milliseconds: Int64) {
        time.withLock { $0 += milliseconds }
    }
}
