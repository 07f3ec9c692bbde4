import ArgumentParser
import Delivery
import Operation
import PlainText

/// The output of a command that changes intents.
struct ChangeView {
    let report: IntentChangeReport
    /// Such as `retried`.
    let participle: String
    /// Such as `retry`.
    let verb: String
    let isDryRun: Bool

    var json: JSON {
        .object([
            .init("dry_run", .bool(isDryRun)), .init(participle, .of(report.done)),
            .init("skipped_count", .of(report.skippedCount)),
            .init(
                "skipped",
                .array(
                    report.skipped.map { intent in
                        .object([
                            .init("id", .of(intent.id)), .init("state", .of(intent.state?.rawValue)),
                            .init("reason", .string(intent.reason)),
                        ])
                    })),
        ])
    }

    func text(on terminal: Terminal) -> PlainText {
        isDryRun ? "would \(verb) \(report.done)" : "\(participle) \(report.done)"
    }

    /// Prints the view. The command fails when an intent that was named by its id was not changed.
    func print(_ format: FormatOptions, isNamed: Bool) throws {
        format.print(json, or: text)
        if !format.json {
            for intent in report.skipped { Output.error("skipped \(intent.id): \(intent.reason)") }
            let untold = report.skippedCount - report.skipped.count
            if untold > 0 { Output.error("skipped \(untold) more") }
        }
        if isNamed && report.skippedCount > 0 { throw ExitCode(1) }
    }
}

extension IntentSelection {
    var isNamed: Bool {
        if case .ids = self { true } else { false }
    }
}
