import Delivery
import Operation
import Settings

/// What an intent waits for now, the rule behind it, when the wait ends, and what the operator can do.
struct WaitReason: Equatable {
    let text: String
    let rule: String
    /// When the wait ends; nil when no time is set.
    var until: WallTime?
    var command: String?

    /// What the reason depends on besides the intent itself.
    struct ServiceState {
        var isWorkerRunning: Bool
        var configuration: Configuration?
        var now: WallTime

        var retention: String { configuration.map { Self.text($0.retention) } ?? "the retention period" }

        /// As the configuration spells durations.
        static func text(_ duration: Duration) -> String {
            let milliseconds = duration.milliseconds
            for (unit, size) in [("d", Int64(86_400_000)), ("h", 3_600_000), ("m", 60_000), ("s", 1000)]
            where milliseconds % size == 0 {
                return "\(milliseconds / size)\(unit)"
            }
            return "\(milliseconds)ms"
        }
    }

    init(_ text: String, rule: String, until: WallTime? = nil, command: String? = nil) {
        self.text = text
        self.rule = rule
        self.until = until
        self.command = command
    }

    init(_ trace: IntentTrace, in service: ServiceState) {
        guard let record = trace.record else {
            self = Self.ended(trace, service)
            return
        }
        switch record.state {
        case .pending, .retrying, .scheduled: self = Self.waiting(trace, record, service)
        case .blocked: self = Self.blocked(trace)
        case .sending: self = Self.sending(trace, record, service)
        case .inDoubt: self = Self.inDoubt(trace, record)
        case .dead, .cancelled, .delivered: self = Self.dead(record, service)
        }
    }

    // MARK: Ended or unknown

    private static func ended(_ trace: IntentTrace, _ service: ServiceState) -> WaitReason {
        if let delivered = trace.delivered {
            return WaitReason(
                "nothing: it is delivered",
                rule: "its record is kept for \(service.retention) (retention)",
                until: service.configuration.flatMap { settings in
                    delivered.batch.record.settledAt.map { $0 + settings.retention }
                })
        }
        if trace.id < 1 {
            return WaitReason("there is no such intent", rule: "ids begin at 1")
        }
        if trace.id > trace.lastID {
            return WaitReason(
                "there is no such intent: it was never committed",
                rule: "the highest id given so far is \(trace.lastID); an insert that was rolled back leaves nothing")
        }
        return WaitReason(
            "there is no record of it: it ended long ago, or its insert was rolled back",
            rule: "records of what has ended are removed after \(service.retention) (retention)")
    }

    private static func dead(_ record: IntentRecord, _ service: ServiceState) -> WaitReason {
        let end = service.configuration.map { record.updatedAt + $0.retention }
        if record.state == .cancelled {
            return WaitReason(
                "nothing: it is cancelled",
                rule: "its record is kept for \(service.retention) (retention)",
                until: end)
        }
        return WaitReason(
            "the operator, because it is a dead letter",
            rule: "its record is kept for \(service.retention) (retention) and is removed then", until: end,
            command: "journey-outbox dead-letters retry \(record.id)")
    }

    // MARK: Waiting

    private static func waiting(
        _ trace: IntentTrace, _ record: IntentRecord, _ service: ServiceState
    ) -> WaitReason {
        if let held = held(record.journey, trace.pauses, service) { return held }
        if record.state == .scheduled || (record.dueAt.map { $0 > service.now } ?? false) {
            return notDue(trace, record, service)
        }
        if trace.wait.isRefusedAlone {
            return WaitReason(
                "its turn: it will be sent again",
                rule: "it was refused alone in its request: the next success in its journey makes it a dead letter")
        }
        let ahead = trace.wait.ahead
        let count = ahead >= IntentTrace.aheadMax ? "more than \(IntentTrace.aheadMax)" : "\(ahead)"
        return WaitReason(
            ahead == 0
                ? "its turn, which is next in its journey" : "its turn: \(count) intents of its journey go first",
            rule: "a journey's intents are sent in the order of their ids, as the API's rate and `linger` allow",
            command: "journey-outbox status")
    }

    private static func notDue(
        _ trace: IntentTrace, _ record: IntentRecord, _ service: ServiceState
    ) -> WaitReason {
        if record.state == .scheduled {
            return WaitReason("its scheduled time", rule: "scheduled_at, set by its producer", until: record.dueAt)
        }
        let max = service.configuration.map { " of \($0.delivery.attemptsMax)" } ?? ""
        return WaitReason(
            "its next attempt", rule: "backoff after attempt \(record.attempts)\(max) (delivery.backoff)",
            until: record.dueAt)
    }

    /// The reason that holds back every intent of a journey; nil when there is none.
    private static func held(
        _ journey: String, _ pauses: [Pause], _ service: ServiceState
    ) -> WaitReason? {
        if let configuration = service.configuration, configuration.journey(named: journey) == nil {
            return WaitReason(
                "a configuration that contains its journey", rule: "rows of journeys that are not configured wait",
                command: "add the journey to the configuration, then: systemctl reload journey-outbox")
        }
        if !service.isWorkerRunning {
            return WaitReason(
                "a worker: none is running", rule: "only a worker sends", command: "systemctl start journey-outbox")
        }
        let own = pauses.filter { $0.scope == .everything || $0.scope == .journey(journey) }
        let isLasting = { (pause: Pause) in
            pause.cause != .rateLimited || (pause.nextProbe ?? service.now) > service.now
        }
        guard let pause = own.first(where: isLasting) else { return nil }
        let scope = pause.scope == .everything ? "everything" : "its journey"
        if pause.cause == .byOperator {
            let argument = pause.scope == .everything ? "" : " \(ShellWord.quoted(journey))"
            return WaitReason(
                "the end of a pause of \(scope)",
                rule: "the operator paused it" + (pause.detail.map { ": \($0)" } ?? ""),
                command: "journey-outbox resume\(argument)")
        }
        if pause.isAwaitingAdoption {
            return WaitReason(
                "the operator, who has to decide about this database: it is a copy, or it was set back to an earlier state",
                rule: pause.cause.text + (pause.detail.map { ": \($0)" } ?? ""), command: "journey-outbox adopt")
        }
        if pause.cause == .rateLimited {
            return WaitReason("the API's rate limit", rule: "Retry-After of a 429", until: pause.nextProbe)
        }
        return WaitReason(
            "the end of a pause of \(scope), because of the API's answer",
            rule: pause.cause.text + (pause.detail.map { ": \($0)" } ?? "") + "; the worker tries again by itself",
            until: pause.nextProbe, command: "journey-outbox doctor")
    }

    private static func blocked(_ trace: IntentTrace) -> WaitReason {
        let key = trace.wait.orderingKey ?? ""
        guard let holder = trace.wait.laneHolder else {
            return WaitReason(
                "an earlier intent of its ordering key \(key)", rule: "ordering_key: one after the other")
        }
        let command = "journey-outbox why \(holder.id)"
        if holder.isDead {
            return WaitReason(
                "the operator, who has to retry or discard dead letter \(holder.id) of the same ordering key \(key)",
                rule: "journeys.NAME.on_dead: block", command: command)
        }
        return WaitReason(
            "the end of intent \(holder.id), which has the same ordering key \(key)",
            rule: "ordering_key: one after the other", command: command)
    }

    // MARK: In a request

    private static func sending(
        _ trace: IntentTrace, _ record: IntentRecord, _ service: ServiceState
    ) -> WaitReason {
        guard let batch = trace.batches.last(where: { $0.record.state == .sending })?.record else {
            return WaitReason("an answer", rule: "it is being sent")
        }
        if !service.isWorkerRunning {
            return WaitReason(
                "a worker, which will continue with the same request under the same key",
                rule: "a frozen request is never changed", command: "systemctl start journey-outbox")
        }
        if batch.dueAt <= service.now, let sent = batch.sentAt, batch.attempts > 0, batch.dueAt <= sent {
            return WaitReason(
                "the answer to attempt \(batch.attempts)", rule: "delivery.request_timeout",
                until: service.configuration.map { sent + $0.delivery.requestTimeout })
        }
        if batch.dueAt > service.now {
            let limit =
                service.configuration.map {
                    "; in doubt \(ServiceState.text($0.delivery.unknownAfter)) after it may first have run"
                } ?? ""
            return WaitReason(
                "the next attempt of batch \(batch.id), with the same key and bytes",
                rule: "backoff after attempt \(batch.attempts) (delivery.backoff)\(limit)", until: batch.dueAt)
        }
        if batch.possiblyExecutedSince != nil, trace.enforcement == .unproven,
            service.configuration?.api.idempotency ?? .auto == .auto
        {
            return WaitReason(
                "proof that the API enforces idempotency keys, before batch \(batch.id) is sent again",
                rule: "api.idempotency: auto", command: "journey-outbox status")
        }
        return held(record.journey, trace.pauses, service)
            ?? WaitReason("its batch's turn: batch \(batch.id) is due", rule: "the API's rate (api.rate)")
    }

    private static func inDoubt(_ trace: IntentTrace, _ record: IntentRecord) -> WaitReason {
        let batch = record.batch.map { " --batch \($0)" } ?? " \(record.id)"
        return WaitReason(
            "the operator, because it cannot be known whether it was entered: check the journey's users first",
            rule: "journeys.NAME.on_unknown: hold",
            command: "journey-outbox resolve\(batch) --delivered   (or --resend)")
    }
}
