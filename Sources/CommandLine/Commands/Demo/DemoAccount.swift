import Foundation
import Operation
import Sandbox

/// The demo's result: the committed intents, compared with the effects in the sandbox's own log.
struct DemoAccount {
    let committed: Int
    let delivered: Int
    let dead: [(code: String, count: Int)]
    let lost: Int
    let doubled: Int
    let entrances: Int
    let requests: Int
    let limited: Int
    let dropped: Int
    let replayed: Int

    init(stage: DemoStage, sandbox: Sandbox) throws {
        let endings = try stage.shop.endings()
        let effects = sandbox.effects()
        let entrancesByOrder = Dictionary(grouping: effects, by: { "\($0.data ?? "")" })
        let requestLog = sandbox.requests()
        committed = endings.count
        delivered = endings.values.count { $0 == "delivered" }
        dead = try stage.shop.deadCodes().map { (code: $0.0, count: $0.1) }
        entrances = effects.count
        doubled = entrancesByOrder.values.count { $0.count > 1 }
        lost = committed - delivered - dead.reduce(0) { $0 + $1.count } + max(0, delivered - entrancesByOrder.count)
        requests = requestLog.count
        limited = requestLog.count { $0.status == 429 }
        dropped = requestLog.count { $0.wire != .answer }
        replayed = requestLog.count { $0.isReplayed }
    }

    /// Whether every committed intent was entered exactly once, or is dead with a reason.
    var isExact: Bool { lost == 0 && doubled == 0 && entrances == delivered }

    var table: String {
        var rows = [("intents committed", committed), ("delivered", delivered)]
        rows += dead.map { ("dead: \($0.code)", $0.count) }
        rows += [("lost", lost), ("doubled", doubled), ("", -1), ("entrances in the API's log", entrances)]
        rows += [
            ("requests", requests), ("answered 429", limited), ("connections dropped", dropped),
            ("answers replayed", replayed), ("workers killed", 1),
        ]
        return rows.map { name, count in
            count < 0 ? "" : name.padding(toLength: 32, withPad: " ", startingAt: 0) + String(format: "%8d", count)
        }.joined(separator: "\n")
    }
}
