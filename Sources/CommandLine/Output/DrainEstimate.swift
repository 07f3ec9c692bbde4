import Delivery
import Operation

/// When the backlog will be delivered, at the rate of the last minute.
struct DrainEstimate: Equatable {
    /// Intents that wait for the worker or for the end of a pause. Those scheduled for later are not counted.
    let due: Int
    let isEstimated: Bool
    let perSecond: Double
    /// The whole outbox is paused.
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
        // A rate limit slows delivery but does not stop it.
        isPaused = report.pauses.contains { $0.scope == .everything && $0.cause != .rateLimited }
    }

    /// Seconds until the backlog is delivered: 0 when nothing is due, infinite when nothing is delivered.
    var seconds: Double {
        if due == 0 { return 0 }
        return isPaused || perSecond <= 0 ? .infinity : Double(due) / perSecond
    }

    /// Such as `1,204 due, about 3 min left`.
    var text: String {
        if due == 0 { return "nothing due" }
        let count = "\(isEstimated ? "~" : "")\(due) due"
        if isPaused { return "\(count), paused" }
        return seconds.isFinite
            ? "\(count), about \(Self.span(seconds)) left" : "\(count), nothing was delivered in the last minute"
    }

    /// A time span in the largest unit that fits.
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
