import ArgumentParser
import Delivery
import PlainText
import SQLiteStore

/// What a command that changes intents says about it.
struct ChangeAnswer {
    let report: IntentChange.Report
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

    /// Prints the answer; what was named and not changed is told, and makes the command fail.
    func print(_ options: AnswerOptions, isNamed: Bool) throws {
        options.print(json, or: text)
        if !options.json {
            for intent in report.skipped { Output.error("skipped \(intent.id): \(intent.reason)") }
            let untold = report.skippedCount - report.skipped.count
            if untold > 0 { Output.error("skipped \(untold) more") }
        }
        if isNamed && report.skippedCount > 0 { throw ExitCode(1) }
    }
}

extension IntentChange.Selection {
    var isNamed: Bool {
        if case .ids = self { true } else { false }
    }
}
