import Delivery
import SQLiteStore

/// When the backlog will be delivered, at the pace of the latest minute.
struct DrainEstimate: Equatable {
    /// Intents that wait for the worker, or for a door to open; what is scheduled for later does not count.
    let due: Int
    let isEstimated: Bool
    let perSecond: Double
    /// Everything is held back.
    let isPaused: Bool

    init(due: Int, isEstimated: Bool = false, perSecond: Double, isPaused: Bool) {
        self.due = due
        self.isEstimated = isEstimated
        self.perSecond = perSecond
        self.isPaused = isPaused
    }

    init(_ report: StatusReport) {
        let states: [IntentState] = [.pending, .retrying, .blocked, .sending]
        due = states.reduce(0) { $0 + report.total[$1] }
        isEstimated = !report.total.estimated.isDisjoint(with: states)
        perSecond = report.deliveredPerSecond
        // A rate limit only sets the pace.
        isPaused = report.pauses.contains { $0.scope == .everything && $0.cause != Pause.rateCause }
    }

    /// 0 when nothing is due, infinite when nothing moves.
    var seconds: Double {
        if due == 0 { return 0 }
        return isPaused || perSecond <= 0 ? .infinity : Double(due) / perSecond
    }

    /// Such as `1,204 due, about 3 min left`.
    var text: String {
        if due == 0 { return "nothing due" }
        let count = "\(isEstimated ? "~" : "")\(due) due"
        if isPaused { return "\(count), paused" }
        return seconds.isFinite ? "\(count), about \(Self.span(seconds)) left" : "\(count), nothing delivered lately"
    }

    /// A span of time in its largest fitting unit.
    static func span(_ seconds: Double) -> String {
        let whole = Int(min(max(seconds, 0), 1e12).rounded(.up))
        switch whole {
        case ..<120: return "\(whole) s"
        case ..<7200: return "\((whole + 30) / 60) min"
        case ..<172_800: return "\((whole + 1800) / 3600) h"
        default: return "\((whole + 43_200) / 86_400) d"
        }
    }
}
