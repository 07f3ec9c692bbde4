/// What is wrong with a line of input, as a sentence.
struct LineFault: Error, Equatable, CustomStringConvertible {
    let line: Int
    let message: String

    var description: String { "line \(line): \(message)" }
}
