import Foundation
import PlainText

/// The abilities of stdout.
struct Terminal {
    /// The number of columns; nil when stdout is no terminal and the width is unlimited.
    let columns: Int?
    let usesColor: Bool

    static let plain = Terminal(columns: nil, usesColor: false)

    /// Colour only on a terminal, and never with `NO_COLOR` (no-color.org) or `TERM=dumb`.
    static func standardOutput(environment: [String: String]) -> Terminal {
        guard isatty(STDOUT_FILENO) == 1 else { return plain }
        let isColorless = !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
        var size = winsize()
        let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return Terminal(columns: isKnown ? Int(size.ws_col) : 80, usesColor: !isColorless)
    }

    /// The text in a style, where the terminal uses colour.
    func styled(_ text: PlainText, _ style: TextTable.Style) -> PlainText {
        usesColor && style != .plain ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }
}
