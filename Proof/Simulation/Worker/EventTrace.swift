import Delivery
import Synchronization

/// The events that the workers have reported, in their order.
final class EventTrace: Sendable {
    private let events = Mutex<[WorkerEvent]>([])
    private let isKept: Bool
    private let listener: (@Sendable (WorkerEvent) -> Void)?

    /// - Parameters:
    ///   - isKept: whether the events are kept for `lines`.
    ///   - listener: called with each event at once.
    init(isKept: Bool, listener: (@Sendable (WorkerEvent) -> Void)?) {
        self.isKept = isKept
        self.listener = listener
    }

    func append(_ event: WorkerEvent) {
        listener?(event)
        if isKept { events.withLock { $0.append(event) } }
    }

    var lines: [String] { events.withLock { $0.map { Self.line($0) } } }

    /// A short description of an event on one line.
    private static func line(_ event: WorkerEvent) -> String {
        switch event {
        case .begun(let batch): return "begun \(batch.id) attempt \(batch.attempt) of \(batch.size) in \(batch.journey)"
        case .settled(let settlement):
            let record = settlement.record
            let answer = "\(record.status.map(String.init) ?? "-") \(record.code ?? "-")"
            return
                "settled \(settlement.batch.id) by \(answer): \(settlement.fate), leaving \(settlement.leaving.count)"
        case .round(let result):
            return "round: begun \(result.begun.map(\.id)), successors \(result.successors.map(\.id))"
        default: return String("\(event)".prefix(200))
        }
    }
}
