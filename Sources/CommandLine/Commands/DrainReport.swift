import Delivery
import Operation
import PlainText

/// The result of `drain`, as it is printed.
struct DrainReport {
    let outcome: DrainOutcome
    /// The dead letters since the drain began.
    let deaths: DeathReport

    var isDone: Bool { outcome == .drained }

    var text: PlainText {
        var lines: [PlainText] = deaths.deaths.map {
            "dead: intent \($0.id) of \($0.journey): \($0.code): \($0.message)"
        }
        if deaths.count > deaths.deaths.count { lines.append("dead: \(deaths.count - deaths.deaths.count) more") }
        switch outcome {
        case .drained: lines.append("drained; \(deaths.count) dead letters")
        case .stopped: lines.append("stopped before everything was delivered")
        case .timedOut(let remaining): lines.append("the timeout is over; \(Self.left(remaining))")
        case .blocked(let remaining): lines.append("what is left waits for the operator; \(Self.left(remaining))")
        }
        return lines.joined(separator: "\n")
    }

    var json: JSON {
        let (word, remaining): (String, Remaining?) =
            switch outcome {
            case .drained: ("drained", nil)
            case .stopped: ("stopped", nil)
            case .timedOut(let remaining): ("timed_out", remaining)
            case .blocked(let remaining): ("blocked", remaining)
            }
        return .object([
            .init("outcome", .string(word)), .init("died", .of(deaths.count)),
            .init(
                "dead_letters",
                .array(
                    deaths.deaths.map { death in
                        .object([
                            .init("id", .of(death.id)), .init("journey", .string(death.journey)),
                            .init("code", .string(death.code)), .init("message", .string(death.message)),
                        ])
                    })),
            .init("left", remaining.map(Self.json) ?? .null),
        ])
    }

    private static func json(_ remaining: Remaining) -> JSON {
        .object([
            .init(
                "journeys",
                .object(remaining.openByJourney.sorted { $0.key < $1.key }.map { .init($0.key, .of($0.value)) })),
            .init("in_doubt", .of(remaining.inDoubt)), .init("not_configured", .of(remaining.unknownJourney)),
        ])
    }

    private static func left(_ remaining: Remaining) -> String {
        var parts = remaining.openByJourney.sorted { $0.key < $1.key }.map { "\($0.value) of \($0.key)" }
        if remaining.inDoubt > 0 { parts.append("\(remaining.inDoubt) in doubt") }
        if remaining.heldBack > 0 { parts.append("\(remaining.heldBack) after other intents of their ordering key") }
        if remaining.unknownJourney > 0 {
            parts.append("\(remaining.unknownJourney) of journeys that are not in the configuration")
        }
        return "left: " + parts.joined(separator: ", ")
    }
}
