import Logging

/// Every event that the worker logs, with its level and its possible fields. docs/logs.md lists the same.
enum EventKind: String, CaseIterable {
    case standby
    case databaseBound = "database_bound"
    case adoptionNeeded = "adoption_needed"
    case workerStarted = "worker_started"
    case workerStopping = "worker_stopping"
    case workerStopped = "worker_stopped"
    case batchSending = "batch_sending"
    case batchSettled = "batch_settled"
    case batchAgain = "batch_again"
    case batchInDoubt = "batch_in_doubt"
    case answerStale = "answer_stale"
    case intentDead = "intent_dead"
    case pauseBegan = "pause_began"
    case pauseEnded = "pause_ended"
    case idempotencyFound = "idempotency_found"
    case clockBehind = "clock_behind"
    case rateLearned = "rate_learned"
    case databaseBusy = "database_busy"
    case walPinned = "wal_pinned"
    case databaseReplaced = "database_replaced"
    case settlementFailed = "settlement_failed"
    case ledgerFailed = "ledger_failed"
    case configurationReloaded = "configuration_reloaded"
    case configurationAwaitsRestart = "configuration_awaits_restart"
    case configurationRefused = "configuration_refused"
    case apiKeyChanged = "api_key_changed"
    case apiKeyUnreadable = "api_key_unreadable"
    case httpListening = "http_listening"
    case httpUnavailable = "http_unavailable"
    case sampleFailed = "sample_failed"

    /// The level. `batch_settled` is `info` when its outcome is not `delivered`.
    var level: Logger.Level {
        switch self {
        case .databaseBound, .batchSending, .batchSettled: .debug
        case .workerStarted, .workerStopping, .workerStopped, .batchAgain, .httpListening: .info
        case .standby, .pauseEnded, .idempotencyFound, .rateLearned, .configurationReloaded, .apiKeyChanged: .notice
        case .configurationAwaitsRestart, .answerStale, .intentDead, .pauseBegan, .clockBehind, .databaseBusy,
            .walPinned, .apiKeyUnreadable,
            .sampleFailed:
            .warning
        case .databaseReplaced: .critical
        case .adoptionNeeded, .ledgerFailed, .batchInDoubt, .settlementFailed, .configurationRefused, .httpUnavailable:
            .error
        }
    }

    /// The fields that the event can have.
    var fields: [EventField] {
        switch self {
        case .standby: [.holder, .lock]
        case .databaseBound: [.uuid]
        case .adoptionNeeded: [.cause, .perhapsDelivered, .seen]
        case .configurationAwaitsRestart: [.keys]
        case .workerStarted: [.openBatches]
        case .workerStopping: [.inFlight]
        case .workerStopped, .configurationReloaded, .apiKeyChanged: []
        case .batchSending: [.attempt, .batch, .journey, .size]
        case .batchSettled: [.attempt, .batch, .code, .delivered, .journey, .outcome, .requestID, .size, .status]
        case .batchAgain, .batchInDoubt:
            [.attempt, .batch, .code, .delivered, .journey, .requestID, .size, .status]
        case .answerStale: [.batch]
        case .intentDead: [.attempts, .batch, .code, .contact, .intent, .journey, .requestID]
        case .pauseBegan: [.cause, .requestID, .scope]
        case .pauseEnded: [.cause, .scope]
        case .idempotencyFound: [.finding]
        case .clockBehind: [.seconds]
        case .rateLearned: [.perSecond]
        case .databaseBusy: [.times]
        case .walPinned: [.bytes, .copiedPages, .pages]
        case .databaseReplaced: [.path]
        case .settlementFailed: [.batch, .reason]
        case .ledgerFailed, .configurationRefused, .apiKeyUnreadable, .sampleFailed: [.reason]
        case .httpListening: [.address]
        case .httpUnavailable: [.address, .reason]
        }
    }
}

/// The name of a field of an event.
enum EventField: String, CaseIterable {
    case address
    case attempt
    case attempts
    case batch
    case bytes
    case cause
    case code
    case contact
    case copiedPages = "copied_pages"
    case delivered
    case finding
    case holder
    case inFlight = "in_flight"
    case intent
    case journey
    case keys
    case lock
    case openBatches = "open_batches"
    case outcome
    case pages
    case path
    case perSecond = "per_second"
    case perhapsDelivered = "perhaps_delivered"
    case reason
    case requestID = "request_id"
    case scope
    case seconds
    case seen
    case size
    case status
    case times
    case uuid
}

extension Logger {
    /// Logs one of the listed events. A field whose value is nil is omitted.
    func note(_ kind: EventKind, _ fields: [EventField: (any Sendable & CustomStringConvertible)?] = [:]) {
        note(kind, level: kind.level, fields)
    }

    func note(_ kind: EventKind, level: Level, _ fields: [EventField: (any Sendable & CustomStringConvertible)?]) {
        assert(Set(fields.keys).isSubset(of: kind.fields), "\(kind) has no such field")
        var metadata: Metadata = [:]
        for case (let field, let value?) in fields { metadata[field.rawValue] = .stringConvertible(value) }
        log(level: level, "\(kind.rawValue)", metadata: metadata)
    }
}
