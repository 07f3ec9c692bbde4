import Delivery
import Operation

/// The history of one intent as sentences, oldest first, and what it waits for now.
struct IntentStory {
    /// One event.
    struct Entry: Equatable {
        let at: WallTime
        let kind: String
        let text: String
        var batch: Int64?
        var attempt: Int?
        var status: Int?
        var code: String?
        var message: String?
        var requestID: String?
    }

    let id: Int64
    /// Nil when the database knows nothing of the intent.
    let state: IntentState?
    let journey: String?
    let contact: String?
    let events: [Entry]
    let waitReason: WaitReason

    /// Other members of a batch that are named, at most.
    private static let othersMax = 5

    init(_ trace: IntentTrace, in service: WaitReason.ServiceState) {
        id = trace.id
        let delivered = trace.delivered
        state = trace.record?.state ?? (delivered == nil ? nil : .delivered)
        journey = trace.record?.journey ?? delivered?.batch.record.journey
        contact =
            trace.record?.contact
            ?? delivered.map { $0.member.externalID ?? $0.member.email ?? $0.member.anonymousID ?? "" }
        var events = trace.batches.flatMap { Self.events(of: $0, intent: trace.id) }
        if let created = trace.record?.createdAt ?? delivered?.member.createdAt {
            events.append(Entry(at: created, kind: "inserted", text: "inserted by its producer"))
        }
        if let record = trace.record, record.state == .dead || record.state == .cancelled {
            let why = [record.code, record.message].compactMap { $0 }.joined(separator: ": ")
            let text = record.state == .dead ? "became a dead letter" : "was cancelled"
            events.append(
                Entry(
                    at: record.updatedAt, kind: record.state.rawValue, text: text + (why.isEmpty ? "" : ": \(why)"),
                    code: record.code, message: record.message, requestID: record.requestID))
        }
        // Events of one millisecond keep their causal order.
        self.events = events.enumerated().sorted {
            ($0.element.at, Self.rank($0.element), $0.offset) < ($1.element.at, Self.rank($1.element), $1.offset)
        }.map(\.element)
        waitReason = WaitReason(trace, in: service)
    }

    private static func rank(_ event: Entry) -> Int {
        switch event.kind {
        case "inserted": 0
        case "dead", "cancelled": 2
        default: 1
        }
    }

    private static func events(of batch: BatchDetail, intent: Int64) -> [Entry] {
        let record = batch.record
        var events = [
            Entry(at: record.frozenAt, kind: "frozen", text: frozen(batch, intent), batch: record.id)
        ]
        events += batch.answers.map { answer in
            let status = answer.status.map { "HTTP \($0)" } ?? "no answer"
            let words = [answer.code, answer.message].compactMap { $0 }.joined(separator: ": ")
            return Entry(
                at: WallTime(milliseconds: answer.at), kind: "answered",
                text: "attempt \(answer.attempt) of batch \(record.id): \(status)"
                    + (words.isEmpty ? "" : ", \(words)") + (answer.requestID.map { " (request \($0))" } ?? ""),
                batch: record.id, attempt: answer.attempt, status: answer.status, code: answer.code,
                message: answer.message, requestID: answer.requestID)
        }
        let isWaitingForAnswer = record.state == .sending && batch.answers.count < record.attempts
        if isWaitingForAnswer, let sent = record.sentAt {
            events.append(
                Entry(
                    at: sent, kind: "sent", text: "attempt \(record.attempts) of batch \(record.id) was started",
                    batch: record.id, attempt: record.attempts))
        }
        if let settled = record.settledAt { events.append(ending(batch, intent, at: settled)) }
        if record.state == .inDoubt {
            events.append(
                Entry(
                    at: record.updatedAt, kind: "in_doubt", text: "batch \(record.id) is in doubt: it may have run",
                    batch: record.id))
        }
        return events
    }

    private static func frozen(_ batch: BatchDetail, _ intent: Int64) -> String {
        let gone = batch.moved.filter { $0.key != "batches" }.values.flatMap { $0 }
        let others = Set(batch.members.map(\.id) + gone).subtracting([intent]).sorted()
        let text =
            "frozen into batch \(batch.record.id)"
            + (batch.record.parent.map { ", out of batch \($0)" } ?? "")
        if others.isEmpty { return text }
        let named = others.prefix(othersMax).map { String($0) }.joined(separator: ", ")
        return text + ", with \(others.count == 1 ? "intent" : "\(others.count) others:") \(named)"
            + (others.count > othersMax ? ", …" : "")
    }

    private static func ending(_ batch: BatchDetail, _ intent: Int64, at time: WallTime) -> Entry {
        let id = batch.record.id
        let text =
            if batch.members.contains(where: { $0.id == intent }) {
                batch.record.outcome == BatchOutcome.resolved.rawValue
                    ? "the operator resolved it as delivered (batch \(id))" : "delivered in batch \(id)"
            } else if let successors = batch.moved["batches"],
                !batch.moved.contains(where: { $0.key != "batches" && $0.value.contains(intent) })
            {
                "batch \(id) was \(batch.record.outcome ?? "settled"): it continues in batch \(successors.map { String($0) }.joined(separator: " or "))"
            } else if batch.moved["dead"]?.contains(intent) == true {
                "left batch \(id) as a dead letter"
            } else {
                "left batch \(id) and waits to be sent again"
            }
        return Entry(at: time, kind: "settled", text: text, batch: id)
    }
}
