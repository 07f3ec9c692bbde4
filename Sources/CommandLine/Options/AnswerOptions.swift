import ArgumentParser
import Foundation
import PlainText

/// How a command answers.
struct AnswerOptions: ParsableArguments {
    @Flag(help: "Answer with one JSON object.")
    var json = false

    /// Prints the answer in the form that was asked for.
    func print(_ value: JSON, or text: (Terminal) -> PlainText) {
        if json { return Output.print(value.plain) }
        Output.print(text(Terminal.standardOutput(environment: ProcessInfo.processInfo.environment)))
    }
}
