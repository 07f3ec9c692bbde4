import Delivery
import PlainText

extension IntentStory {
    var json: JSON {
        .object([
            .init("id", .of(id)), .init("state", .of(state?.rawValue)), .init("journey", .of(journey)),
            .init("contact", .of(contact)), .init("events", .array(events.map(Self.json))),
            .init(
                "now",
                .object([
                    .init("waits_for", .string(waitReason.text)), .init("rule", .string(waitReason.rule)),
                    .init("until", .of(waitReason.until)), .init("command", .of(waitReason.command)),
                ])),
        ])
    }

    private static func json(_ event: Entry) -> JSON {
        .object([
            .init("at", .of(event.at)), .init("event", .string(event.kind)), .init("text", .string(event.text)),
            .init("batch_id", .of(event.batch)), .init("attempt", .of(event.attempt)),
            .init("status", .of(event.status)), .init("code", .of(event.code)), .init("message", .of(event.message)),
            .init("request_id", .of(event.requestID)),
        ])
    }

    func text(on terminal: Terminal) -> PlainText {
        let head: [PlainText?] = ["intent \(id)", journey.map { "of \($0)" }, contact.map { "for \($0)" }]
        var lines = [head.compactMap { $0 }.joined(separator: " ") + (state.map { ": \($0.rawValue)" } ?? "")]
        lines += events.map { "  \(RFC3339.text($0.at))  \($0.text)" }
        let isEnded = state == nil || state == .delivered || state == .cancelled
        lines.append("  \(isEnded ? "now" : "now it waits for"): \(waitReason.text)")
        lines.append("  rule: \(waitReason.rule)")
        if let until = waitReason.until { lines.append("  until: \(RFC3339.text(until))") }
        if let command = waitReason.command { lines.append("  command: \(command)") }
        return lines.joined(separator: "\n")
    }
}
