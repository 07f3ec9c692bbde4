import Delivery
import GRDB
import JourneyOutbox
import Operation

/// A change of intents by the operator: cancel, retry or discard.
///
/// It is safe beside a running worker: every intent is read again under the write lock, and one whose state has changed
/// is skipped and reported.
package struct IntentChange {
    let connection: OperatorConnection
    let action: IntentAction
    let now: WallTime

    package init(_ connection: OperatorConnection, _ action: IntentAction, at now: WallTime) {
        self.connection = connection
        self.action = action
        self.now = now
    }

    /// Changes the selected intents in short transactions. A dry run only counts what would be changed.
    ///
    /// `onProgress` is called between two transactions with the number of intents that were read.
    package func apply(
        to selection: IntentSelection, isDryRun: Bool = false, onProgress: (Int) -> Void = { _ in }
    ) throws -> IntentChangeReport {
        var report = IntentChangeReport()
        switch selection {
        case .ids(let ids):
            for start in stride(from: 0, to: ids.count, by: WriteTurns.itemsMax) {
                try apply(Array(ids[start..<min(start + WriteTurns.itemsMax, ids.count)]), isDryRun, &report)
                onProgress(report.done + report.skippedCount)
            }
        case .filter(var filter):
            // Intents that change from now on are not selected. Otherwise one that dies again would be retried again.
            filter.before = min(filter.before ?? now, now)
            let walk = IntentWalk(connection, filter: filter, at: now)
            try walk.forEachPage(of: WriteTurns.itemsMax) { page in
                try apply(page.map(\.id), isDryRun, &report)
                onProgress(report.done + report.skippedCount)
            }
        }
        return report
    }

    private func apply(_ ids: [Int64], _ isDryRun: Bool, _ report: inout IntentChangeReport) throws {
        if isDryRun {
            return try connection.read { db in
                for id in ids { try foresee(db, id, &report) }
            }
        }
        try WriteTurns(connection: connection).forEach(ids) { db, id in try change(db, id, &report) }
    }

    private func change(_ db: Database, _ id: Int64, _ report: inout IntentChangeReport) throws {
        let isDone: Bool
        switch action {
        case .retry: isDone = try DeadLetters(db: db, now: now).retry(id)
        case .discard: isDone = try DeadLetters(db: db, now: now).discard(id)
        case .cancel:
            do {
                isDone = try Outbox.cancel(id, in: db)
            } catch let error as OutboxError where error.errorCode == .cancelRefused {
                let state = try IntentLookup(db: db, now: now).find(id)?.state
                return report.skip(.init(id: id, state: state, reason: error.message))
            }
        }
        if isDone { report.done += 1 } else { report.skip(try explain(db, id)) }
    }

    private func foresee(_ db: Database, _ id: Int64, _ report: inout IntentChangeReport) throws {
        let state = try IntentLookup(db: db, now: now).find(id)?.state
        let isFit: Bool =
            switch action {
            case .retry, .discard: state == .dead
            case .cancel: [.pending, .scheduled, .retrying, .blocked].contains(state)
            }
        if isFit { report.done += 1 } else { report.skip(try explain(db, id)) }
    }

    private func explain(_ db: Database, _ id: Int64) throws -> IntentChangeReport.SkippedIntent {
        guard let state = try IntentLookup(db: db, now: now).find(id)?.state else {
            return .init(id: id, state: nil, reason: "not found among unfinished, dead and cancelled intents")
        }
        return .init(id: id, state: state, reason: action == .cancel ? reasonNotCancelled(state) : "not a dead letter")
    }

    private func reasonNotCancelled(_ state: IntentState) -> String {
        switch state {
        case .sending: "being sent"
        case .inDoubt: "may have been entered: use resolve"
        case .dead: "already a dead letter: use dead-letters discard"
        default: "has ended"
        }
    }
}
