import PlainText

/// Rows of text in aligned columns that fit a terminal.
struct TextTable {
    enum Alignment {
        case left, right
    }

    /// The style of a cell, as an SGR code. It is shown only where the terminal uses colour.
    enum Style: String {
        case plain = ""
        case good = "32"
        case warning = "33"
        case bad = "31"
        case heading = "1"
    }

    struct Cell {
        let text: String
        let style: Style

        init(_ text: String, _ style: Style = .plain) {
            self.text = PlainText.visible(text)
            self.style = style
        }
    }

    struct Column {
        let title: String
        let alignment: Alignment
        /// The width down to which the column is cut on a narrow terminal; nil means that it is never cut.
        let widthMin: Int?

        init(_ title: String, _ alignment: Alignment = .left, widthMin: Int? = nil) {
            self.title = title
            self.alignment = alignment
            self.widthMin = widthMin
        }
    }

    private static let gap = 2

    let columns: [Column]
    var rows: [[Cell]] = []

    /// The table as text. Where even its narrowest form is too wide, each row becomes a block of lines.
    func text(on terminal: Terminal) -> PlainText {
        let widths = widths(within: terminal.columns)
        if let columnsMax = terminal.columns, widths.reduce(0, +) + Self.gap * (columns.count - 1) > columnsMax {
            return PlainText(own: rows.map { block($0, on: terminal) }.joined(separator: "\n\n"))
        }
        let header = columns.map { Cell($0.title, .heading) }
        return PlainText(own: ([header] + rows).map { line($0, widths, terminal) }.joined(separator: "\n"))
    }

    private func block(_ cells: [Cell], on terminal: Terminal) -> String {
        let width = columns.map(\.title.count).max() ?? 0
        let room = max(1, (terminal.columns ?? .max) - width - Self.gap)
        return zip(columns, cells).filter { !$0.1.text.isEmpty }.map { column, cell in
            let name = column.title + String(repeating: " ", count: width - column.title.count + Self.gap)
            return name + Self.styled(Self.cut(cell.text, to: room), cell.style, terminal)
        }.joined(separator: "\n")
    }

    private func widths(within columnsMax: Int?) -> [Int] {
        var widths = columns.indices.map { index in
            ([columns[index].title.count] + rows.map { $0[index].text.count }).max() ?? 0
        }
        guard let columnsMax else { return widths }
        var excess = widths.reduce(0, +) + Self.gap * (columns.count - 1) - columnsMax
        for index in columns.indices.reversed() where excess > 0 {
            guard let least = columns[index].widthMin, widths[index] > least else { continue }
            let cut = min(excess, widths[index] - least)
            widths[index] -= cut
            excess -= cut
        }
        return widths
    }

    private func line(_ cells: [Cell], _ widths: [Int], _ terminal: Terminal) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() {
            let text = Self.cut(cell.text, to: widths[index])
            let space = String(repeating: " ", count: widths[index] - text.count)
            let styled = Self.styled(text, cell.style, terminal)
            let isLast = index == cells.count - 1
            line += columns[index].alignment == .right ? space + styled : styled + (isLast ? "" : space)
            if !isLast { line += String(repeating: " ", count: Self.gap) }
        }
        while line.last == " " { line.removeLast() }
        return line
    }

    /// The text of a cell is escaped already.
    private static func styled(_ text: String, _ style: Style, _ terminal: Terminal) -> String {
        terminal.styled(PlainText(own: text), style).text
    }

    private static func cut(_ text: String, to width: Int) -> String {
        text.count > width ? text.prefix(max(0, width - 1)) + "…" : text
    }
}
