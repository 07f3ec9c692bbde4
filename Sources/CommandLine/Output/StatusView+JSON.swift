import Delivery
import Operation

extension StatusView {
    var json: JSON {
        .object([
            .init("journeys", .array(journeys.map(Self.json))),
            .init("total", .object(Self.counts(total))),
            .init("pauses", .array(pauses.map(Self.json))),
            .init(
                "worker",
                .object([
                    .init("running", .bool(worker.isRunning)), .init("pid", .of(worker.pid)),
                    .init("version", .of(worker.version)), .init("since", .of(worker.since)),
                    .init("standby_pid", .of(worker.standby)),
                ])),
            .init(
                "backlog",
                .object([
                    .init("due", .of(backlog.due)), .init("estimated", .bool(backlog.isEstimated)),
                    .init("oldest_due_at", .of(oldestDue)),
                    .init("delivered_per_second", .tenths(backlog.perSecond)),
                    .init("eta_seconds", backlog.seconds.isFinite ? .of(Int64(backlog.seconds.rounded(.up))) : .null),
                ])),
            .init("idempotency", .string(enforcement.rawValue)),
            .init("database", Self.json(database)),
        ])
    }

    private static func json(_ journey: JourneyLine) -> JSON {
        .object(
            [
                .init("name", .string(journey.name)), .init("id", .of(journey.id)),
                .init("condition", .string(journey.condition.rawValue)),
            ] + counts(journey.counts))
    }

    private static func counts(_ counts: StateCounts) -> [JSON.Field] {
        states.map { .init($0.rawValue, .of(counts[$0])) } + [.init("estimated", .bool(counts.isEstimated))]
    }

    private static func json(_ pause: Pause) -> JSON {
        .object([
            .init("scope", .string(pause.scope.name)), .init("cause", .string(pause.cause.text)),
            .init("detail", .of(pause.detail)), .init("request_id", .of(pause.requestID)),
            .init("since", .of(pause.since)), .init("next_probe", .of(pause.nextProbe)),
        ])
    }

    private static func json(_ facts: DatabaseFacts) -> JSON {
        .object([
            .init("path", .string(facts.path)), .init("uuid", .of(facts.uuid)),
            .init("schema_version", .of(facts.schemaVersion)), .init("journal_mode", .string(facts.journalMode)),
            .init("sqlite_version", .string(facts.sqliteVersion)), .init("size_bytes", .of(facts.bytes)),
            .init("wal_bytes", .of(facts.walBytes)), .init("wal_pinned_since", .of(facts.walPinnedSince)),
        ])
    }
}
