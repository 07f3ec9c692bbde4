import Delivery
import Logging

/// Logs what the worker does: one event in each line, under a fixed name.
struct EventLog: Sendable {
    let logger: Logger
    let contacts: ContactMark

    func note(_ event: WorkerEvent) {
        switch event {
        case .tookOver(let open): logger.note(.workerStarted, [.openBatches: open])
        case .begun(let batch):
            logger.note(
                .batchSending,
                [.attempt: batch.attempt, .batch: batch.id, .journey: batch.journey, .size: batch.size])
        case .settled(let settlement): note(settlement)
        case .stale(let batch): logger.note(.answerStale, [.batch: batch])
        case .quarantined(let intent, let reason): logger.note(.intentDead, [.intent: intent, .code: reason.rawValue])
        case .paused(let pause):
            // The API's message stays in the database, because it can repeat what was sent.
            logger.note(
                .pauseBegan,
                [
                    .cause: SafeLabel.code(pause.cause.text), .requestID: SafeLabel.requestID(pause.requestID),
                    .scope: pause.scope.name,
                ])
        case .resumed(let scope, let cause):
            logger.note(.pauseEnded, [.cause: SafeLabel.code(cause.text), .scope: scope.name])
        case .enforcement(let finding): logger.note(.idempotencyFound, [.finding: finding.rawValue])
        case .clockBehind(let behind): logger.note(.clockBehind, [.seconds: Int(behind.seconds)])
        case .rateLearned(let rate): logger.note(.rateLearned, [.perSecond: (rate * 10).rounded() / 10])
        case .storeBusy(let times): logger.note(.databaseBusy, [.times: times])
        case .settlementFailed(let batch, let reason):
            logger.note(.settlementFailed, [.batch: batch, .reason: reason])
        case .logPinned(let log):
            logger.note(.walPinned, [.bytes: log.bytes, .copiedPages: log.copiedPages, .pages: log.pages])
        case .looked, .round: return
        case .stopping(let inFlight): logger.note(.workerStopping, [.inFlight: inFlight])
        case .stopped: logger.note(.workerStopped)
        }
    }

    private func note(_ settlement: Settlement) {
        let batch = settlement.batch
        var fields: [EventField: (any Sendable & CustomStringConvertible)?] = [
            .attempt: batch.attempt, .batch: batch.id, .code: settlement.record.code.map(SafeLabel.code),
            .delivered: settlement.deliveredCount, .journey: batch.journey,
            .requestID: SafeLabel.requestID(settlement.record.requestID), .size: batch.size,
            .status: settlement.record.status,
        ]
        switch settlement.fate {
        case .settled(let outcome):
            fields[.outcome] = outcome.rawValue
            logger.note(.batchSettled, level: outcome == .delivered ? .debug : .info, fields)
        case .sending: logger.note(.batchAgain, fields)
        case .inDoubt: logger.note(.batchInDoubt, fields)
        }
        noteDeaths(settlement)
    }

    private func noteDeaths(_ settlement: Settlement) {
        let deaths = settlement.leaving.compactMap { place, leaving -> (Int, Rejection, Int)? in
            if case .dead(let rejection, let attempts) = leaving { (place, rejection, attempts) } else { nil }
        }
        guard !deaths.isEmpty else { return }
        let members: [Member]
        do {
            members = try settlement.batch.members.decode()
        } catch {
            // The settlement of the batch reads the same list and reports what is wrong with it.
            return
        }
        for (place, rejection, attempts) in deaths.sorted(by: { $0.0 < $1.0 }) where place < members.count {
            logger.note(
                .intentDead,
                [
                    .attempts: attempts, .batch: settlement.batch.id, .code: SafeLabel.code(rejection.code),
                    .contact: contacts.text(for: members[place]), .intent: members[place].id,
                    .journey: settlement.batch.journey,
                    .requestID: SafeLabel.requestID(settlement.record.requestID),
                ])
        }
    }
}
