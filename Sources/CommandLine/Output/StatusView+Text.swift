import Delivery
import Operation
import PlainText

extension StatusView {
    /// The view as text: first the worker and the pauses, then the journeys.
    func text(on terminal: Terminal) -> PlainText {
        var lines: [PlainText] = [workerLine, "idempotency: \(enforcement.rawValue)"]
        lines.append(
            "database: \(database.path) (\(database.journalMode), \(database.bytes / 1024) KiB"
                + (database.walBytes > 0 ? " + \(database.walBytes / 1024) KiB log)" : ")"))
        if let since = database.walPinnedSince {
            lines.append(
                "log: wal_pinned since \(RFC3339.text(since)): a connection reads an old state, so that the log grows; "
                    + "`journey-outbox doctor` names the process")
        }
        lines.append("backlog: \(backlog.text)\(oldestText)")
        lines += pauses.map(Self.line)
        if journeys.isEmpty { return (lines + ["", "no journeys yet"]).joined(separator: "\n") }
        return (lines + ["", table.text(on: terminal)]).joined(separator: "\n")
    }

    private var oldestText: String {
        oldestDue.map { ", the oldest for \(DrainEstimate.span(max(0, (now - $0).seconds)))" } ?? ""
    }

    private var workerLine: PlainText {
        guard worker.isRunning else { return "worker: not running" }
        let details: [PlainText] = [
            worker.pid.map { "pid \($0)" }, worker.version.map { "version \($0)" },
            worker.since.map { "since \(RFC3339.text($0))" },
        ].compactMap { $0 }
        let isAwaiting = pauses.contains { $0.isAwaitingAdoption }
        return "worker: \(isAwaiting ? "waiting for `journey-outbox adopt`" : "running")"
            + (details.isEmpty ? "" : " (\(details.joined(separator: ", ")))") + standby
    }

    private var standby: PlainText {
        worker.standby.map { $0 == 0 ? "; another one stands by" : "; pid \($0) stands by" } ?? ""
    }

    private static func line(_ pause: Pause) -> PlainText {
        let detail = pause.detail.map { ": \($0)" } ?? ""
        let remedy = "until `journey-outbox \(pause.isAwaitingAdoption ? "adopt" : "resume")`"
        let end = pause.nextProbe.map { "tried again at \(RFC3339.text($0))" } ?? remedy
        return "paused: \(pause.scope.name), \(pause.cause)\(detail), since \(RFC3339.text(pause.since)), \(end)"
    }

    /// Columns that contain only zeros are omitted, except for the most important ones.
    private var table: TextTable {
        let shown = Self.states.filter { total[$0] > 0 || [.pending, .dead, .delivered].contains($0) }
        var table = TextTable(
            columns: [.init("journey", widthMin: 12), .init("condition")] + shown.map { .init($0.rawValue, .right) })
        table.rows = journeys.map { journey in
            [.init(journey.name), .init(journey.condition.rawValue, Self.style(journey.condition))]
                + shown.map { Self.cell($0, journey.counts) }
        }
        if journeys.count > 1 {
            table.rows.append([.init("total", .heading), .init("")] + shown.map { Self.cell($0, total) })
        }
        return table
    }

    private static func style(_ condition: Condition) -> TextTable.Style {
        switch condition {
        case .delivering: .good
        case .paused, .notConfigured: .warning
        case .parked: .bad
        }
    }

    private static func cell(_ state: IntentState, _ counts: StateCounts) -> TextTable.Cell {
        let count = counts[state]
        let isTrouble = count > 0 && (state == .dead || state == .inDoubt)
        return .init((counts.estimated.contains(state) ? "~" : "") + String(count), isTrouble ? .bad : .plain)
    }
}
