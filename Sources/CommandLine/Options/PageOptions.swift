import ArgumentParser
import Operation
import PlainText

/// The part of a listing that a command prints.
struct PageOptions: ParsableArguments {
    static let limitMax = 10_000

    @Option(help: ArgumentHelp("How many to list, at most.", valueName: "count"))
    var limit = 50

    @Option(help: ArgumentHelp("Continue where an earlier list ended: its next_cursor.", valueName: "cursor"))
    var cursor: String?

    func validate() throws {
        guard (1...Self.limitMax).contains(limit) else {
            throw ValidationError("--limit takes 1 to \(Self.limitMax)")
        }
    }

    /// Where the listing starts; nil at its beginning.
    var position: IntentCursor? { cursor.map(IntentCursor.init(text:)) }

    /// The line below an incomplete listing.
    static func more(_ cursor: String?) -> PlainText {
        cursor.map { "\nmore: --cursor \($0)" } ?? ""
    }
}
