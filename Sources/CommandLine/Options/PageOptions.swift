import ArgumentParser
import PlainText

/// Which part of a listing.
struct PageOptions: ParsableArguments {
    static let limitMax = 10_000

    @Option(help: ArgumentHelp("How many to list, at most.", valueName: "count"))
    var limit = 50

    @Option(help: ArgumentHelp("Go on where a listing stopped: its next_cursor.", valueName: "cursor"))
    var cursor: String?

    func validate() throws {
        guard (1...Self.limitMax).contains(limit) else {
            throw ValidationError("--limit takes 1 to \(Self.limitMax)")
        }
    }

    /// Said below a listing that is not complete.
    static func more(_ cursor: String?) -> PlainText {
        cursor.map { "\nmore: --cursor \($0)" } ?? ""
    }
}
