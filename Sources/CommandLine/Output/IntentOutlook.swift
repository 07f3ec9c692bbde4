import Delivery
import SQLiteStore
import Settings

/// What an intent waits for now, which rule set that, when it ends, and what a person can do about it.
struct IntentOutlook: Equatable {
    let text: String
    let rule: String
    /// Nil when it has no set end.
    var until: WallTime?
    var command: String?

    /// What an outlook depends on besides the intent itself.
    struct Surroundings {
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

    init(_ trail: IntentTrail, in surroundings: Surroundings) {
        guard let record = trail.record else {
            self = Self.ended(trail, surroundings)
            return
        }
        switch record.state {
        case .pending, .retrying, .scheduled: self = Self.waiting(trail, record, surroundings)
        case .blocked: self = Self.blocked(trail)
        case .sending: self = Self.sending(trail, record, surroundings)
        case .inDoubt: self = Self.inDoubt(trail, record)
        case .dead, .cancelled, .delivered: self = Self.dead(record, surroundings)
        }
    }

    // MARK: It has ended, or never was

    private static func ended(_ trail: IntentTrail, _ surroundings: Surroundings) -> IntentOutlook {
        if let delivered = trail.delivered {
            return IntentOutlook(
                "delivered; nothing is waited for",
                rule: "its record is kept for \(surroundings.retention) (retention)",
                until: surroundings.configuration.flatMap { settings in
                    delivered.batch.record.settledAt.map { $0 + settings.retention }
                })
        }
        if trail.id < 1 {
            return IntentOutlook("there is no such intent", rule: "ids begin at 1")
        }
        if trail.id > trail.lastID {
            return IntentOutlook(
                "there is no such intent: it was never committed",
                rule: "the highest id given so far is \(trail.lastID); an insert that was rolled back leaves nothing")
        }
        return IntentOutlook(
            "nothing is kept of it: it ended long ago, or its insert was rolled back",
            rule: "records of what has ended are removed after \(surroundings.retention) (retention)")
    }

    private static func dead(_ record: IntentRecord, _ surroundings: Surroundings) -> IntentOutlook {
        let end = surroundings.configuration.map { record.updatedAt + $0.retention }
        if record.state == .cancelled {
            return IntentOutlook(
                "cancelled; nothing is waited for",
                rule: "its record is kept for \(surroundings.retention) (retention)",
                until: end)
        }
        return IntentOutlook(
            "a person: it is a dead letter",
            rule: "its record is kept for \(surroundings.retention) (retention) and is removed then", until: end,
            command: "journey-outbox dead-letters retry \(record.id)")
    }

    // MARK: It waits

    private static func waiting(
        _ trail: IntentTrail, _ record: IntentRecord, _ surroundings: Surroundings
    ) -> IntentOutlook {
        if let held = held(record.journey, trail.pauses, surroundings) { return held }
        if record.state == .scheduled || (record.dueAt.map { $0 > surroundings.now } ?? false) {
            return notDue(trail, record, surroundings)
        }
        if trail.wait.isRefusedAlone {
            return IntentOutlook(
                "its turn: it will be sent again",
                rule: "it was refused with nobody else in its request: the next success in its journey makes it dead")
        }
        let ahead = trail.wait.ahead
        let count = ahead >= IntentTrail.aheadMax ? "more than \(IntentTrail.aheadMax)" : "\(ahead)"
        return IntentOutlook(
            ahead == 0
                ? "its turn, which is next in its journey" : "its turn: \(count) intents of its journey go first",
            rule: "intents of a journey leave by id, as the API's rate and `linger` let them",
            command: "journey-outbox status")
    }

    private static func notDue(
        _ trail: IntentTrail, _ record: IntentRecord, _ surroundings: Surroundings
    ) -> IntentOutlook {
        if record.state == .scheduled {
            return IntentOutlook("its time", rule: "scheduled_at, set by its producer", until: record.dueAt)
        }
        let max = surroundings.configuration.map { " of \($0.delivery.attemptsMax)" } ?? ""
        return IntentOutlook(
            "its next attempt", rule: "backoff after attempt \(record.attempts)\(max) (delivery.backoff)",
            until: record.dueAt)
    }

    /// Who or what holds back every intent of a journey.
    private static func held(
        _ journey: String, _ pauses: [Pause], _ surroundings: Surroundings
    ) -> IntentOutlook? {
        if let configuration = surroundings.configuration, configuration.journey(named: journey) == nil {
            return IntentOutlook(
                "a configuration that knows its journey", rule: "rows of journeys that are not configured wait",
                command: "add the journey to the configuration, then: systemctl reload journey-outbox")
        }
        if !surroundings.isWorkerRunning {
            return IntentOutlook(
                "a worker: none is running", rule: "only a worker sends", command: "systemctl start journey-outbox")
        }
        let own = pauses.filter { $0.scope == .everything || $0.scope == .journey(journey) }
        let isLasting = { (pause: Pause) in
            pause.cause != Pause.rateCause || (pause.nextProbe ?? surroundings.now) > surroundings.now
        }
        guard let pause = own.first(where: isLasting) else { return nil }
        let scope = pause.scope == .everything ? "everything" : "its journey"
        if pause.cause == Pause.operatorCause {
            let argument = pause.scope == .everything ? "" : " \(ShellWord.quoted(journey))"
            return IntentOutlook(
                "the end of a pause of \(scope)", rule: "a person paused it" + (pause.detail.map { ": \($0)" } ?? ""),
                command: "journey-outbox resume\(argument)")
        }
        if pause.cause.hasPrefix("database_") {
            return IntentOutlook(
                "a person, who has to say whether this database goes on: it is a copy, or went back to an earlier state",
                rule: pause.cause + (pause.detail.map { ": \($0)" } ?? ""), command: "journey-outbox adopt")
        }
        if pause.cause == Pause.rateCause {
            return IntentOutlook("the API's rate limit", rule: "Retry-After of a 429", until: pause.nextProbe)
        }
        return IntentOutlook(
            "a door that the API has shut for \(scope)",
            rule: pause.cause + (pause.detail.map { ": \($0)" } ?? "") + "; it is tried again by itself",
            until: pause.nextProbe, command: "journey-outbox doctor")
    }

    private static func blocked(_ trail: IntentTrail) -> IntentOutlook {
        let key = trail.wait.orderingKey ?? ""
        guard let holder = trail.wait.laneHolder else {
            return IntentOutlook(
                "an earlier intent of its ordering key \(key)", rule: "ordering_key: one after the other")
        }
        let command = "journey-outbox why \(holder.id)"
        if holder.isDead {
            return IntentOutlook(
                "a person: dead letter \(holder.id) has the same ordering key \(key), and is to be retried or discarded",
                rule: "journeys.NAME.on_dead: block", command: command)
        }
        return IntentOutlook(
            "the end of intent \(holder.id), which has the same ordering key \(key)",
            rule: "ordering_key: one after the other", command: command)
    }

    // MARK: It is in a request

    private static func sending(
        _ trail: IntentTrail, _ record: IntentRecord, _ surroundings: Surroundings
    ) -> IntentOutlook {
        guard let batch = trail.batches.last(where: { $0.record.state == .sending })?.record else {
            return IntentOutlook("an answer", rule: "it is being sent")
        }
        if !surroundings.isWorkerRunning {
            return IntentOutlook(
                "a worker, which will go on with the same request under the same key",
                rule: "a frozen request is never changed", command: "systemctl start journey-outbox")
        }
        if batch.dueAt <= surroundings.now, let sent = batch.sentAt, batch.attempts > 0, batch.dueAt <= sent {
            return IntentOutlook(
                "the answer to attempt \(batch.attempts)", rule: "delivery.request_timeout",
                until: surroundings.configuration.map { sent + $0.delivery.requestTimeout })
        }
        if batch.dueAt > surroundings.now {
            let limit =
                surroundings.configuration.map {
                    "; in doubt \(Surroundings.text($0.delivery.unknownAfter)) after it may first have run"
                } ?? ""
            return IntentOutlook(
                "the next attempt of batch \(batch.id), with the same key and bytes",
                rule: "backoff after attempt \(batch.attempts) (delivery.backoff)\(limit)", until: batch.dueAt)
        }
        if batch.possiblyExecutedSince != nil, trail.enforcement == .unproven,
            surroundings.configuration?.api.idempotency ?? .auto == .auto
        {
            return IntentOutlook(
                "proof that the API honours idempotency keys, before batch \(batch.id) is sent again",
                rule: "api.idempotency: auto", command: "journey-outbox status")
        }
        return held(record.journey, trail.pauses, surroundings)
            ?? IntentOutlook("its batch's turn: batch \(batch.id) is due", rule: "the API's rate (api.rate)")
    }

    private static func inDoubt(_ trail: IntentTrail, _ record: IntentRecord) -> IntentOutlook {
        let batch = record.batch.map { " --batch \($0)" } ?? " \(record.id)"
        return IntentOutlook(
            "a person: nobody can know whether it was entered. Look at the journey's users, then say so",
            rule: "journeys.NAME.on_unknown: hold",
            command: "journey-outbox resolve\(batch) --delivered   (or --resend)")
    }
}
