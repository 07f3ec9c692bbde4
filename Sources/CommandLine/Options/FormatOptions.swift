import ArgumentParser
import Foundation
import PlainText

/// The format in which a command prints its result.
struct FormatOptions: ParsableArguments {
    @Flag(help: "Answer with one JSON object.")
    var json = false

    /// Prints the result in the selected format.
    func print(_ value: JSON, or text: (Terminal) -> PlainText) {
        if json { return Output.print(value.plain) }
        Output.print(text(Terminal.standardOutput(environment: ProcessInfo.processInfo.environment)))
    }
}
