import Delivery
import Logging

/// Says in the log what the worker did: one event a line, by a fixed name.
struct EventLog: Sendable {
    let logger: Logger

    func note(_ event: WorkerEvent) {
        switch event {
        case .tookOver(let open): logger.info("worker_started", metadata: ["open_batches": "\(open)"])
        case .begun(let batch):
            logger.debug(
                "batch_sending",
                metadata: ["batch": "\(batch.id)", "attempt": "\(batch.attempt)", "size": "\(batch.size)"])
        case .settled(let settlement): note(settlement)
        case .stale(let batch): logger.warning("answer_stale", metadata: ["batch": "\(batch)"])
        case .quarantined(let intent, let reason):
            logger.warning("intent_dead", metadata: ["intent": "\(intent)", "code": "\(reason.rawValue)"])
        case .paused(let pause):
            logger.warning(
                "pause_began",
                metadata: [
                    "scope": "\(name(pause.scope))", "cause": "\(pause.cause)", "detail": "\(pause.detail ?? "")",
                ])
        case .resumed(let scope, let cause):
            logger.notice("pause_ended", metadata: ["scope": "\(name(scope))", "cause": "\(cause)"])
        case .enforcement(let finding): logger.notice("idempotency_found", metadata: ["finding": "\(finding.rawValue)"])
        case .clockBehind(let behind): logger.warning("clock_behind", metadata: ["seconds": "\(Int(behind.seconds))"])
        case .rateLearned(let rate):
            logger.notice("rate_learned", metadata: ["per_second": "\((rate * 10).rounded() / 10)"])
        case .storeBusy(let times): logger.warning("database_busy", metadata: ["times": "\(times)"])
        case .settlementFailed(let batch, let reason):
            logger.error("settlement_failed", metadata: ["batch": "\(batch)", "reason": "\(reason)"])
        case .logPinned(let log):
            logger.warning(
                "wal_pinned",
                metadata: [
                    "bytes": "\(log.bytes)", "pages": "\(log.pages)", "copied_pages": "\(log.copiedPages)",
                    "reason": "a connection has been reading an old state for over a minute: end its transaction",
                ])
        case .looked, .round: return
        case .stopping(let inFlight): logger.info("worker_stopping", metadata: ["in_flight": "\(inFlight)"])
        case .stopped: logger.info("worker_stopped")
        }
    }

    private func note(_ settlement: Settlement) {
        let batch = settlement.batch
        var fields: Logger.Metadata = [
            "batch": "\(batch.id)", "journey": "\(batch.journey)", "size": "\(batch.size)",
            "attempt": "\(batch.attempt)",
            "delivered": "\(settlement.deliveredCount)",
        ]
        if let status = settlement.record.status { fields["status"] = "\(status)" }
        if let code = settlement.record.code { fields["code"] = "\(code)" }
        if let request = settlement.record.requestID { fields["request_id"] = "\(request)" }
        switch settlement.fate {
        case .settled(let outcome):
            fields["outcome"] = "\(outcome.rawValue)"
            logger.log(level: outcome == .delivered ? .debug : .info, "batch_settled", metadata: fields)
        case .sending: logger.info("batch_again", metadata: fields)
        case .inDoubt: logger.error("batch_in_doubt", metadata: fields)
        }
    }

    private func name(_ scope: Pause.Scope) -> String {
        switch scope {
        case .everything: "everything"
        case .journey(let name): name
        }
    }
}
