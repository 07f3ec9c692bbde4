/// Walks along the text of a member list and tells where each member and each of its columns stands.
///
/// Nothing is decoded and no string is made, because this is done for every batch that is delivered. Strings are passed
/// over eight bytes at a time.
struct MemberScanner {
    private let bytes: UnsafeRawBufferPointer
    private var at = 0
    /// Where the columns of the current member begin.
    private var starts: [Int] = []

    /// The current member's own array, its brackets included.
    private(set) var range = 0..<0
    /// Whether every member was met, up to the bracket that closes the list.
    private(set) var isComplete = false

    /// - Parameter bytes: the list's text, which has to stay where it is while the scanner is used.
    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        starts.reserveCapacity(MemberColumn.count)
        if bytes.first == UInt8(ascii: "[") { at = 1 }
    }

    /// Moves on to the next member; false after the last one, and where the text is no such list.
    mutating func next() -> Bool {
        guard at > 0, at < bytes.count, !isComplete else { return false }
        if bytes[at] == UInt8(ascii: "]") {
            isComplete = true
            return false
        }
        if bytes[at] == UInt8(ascii: ",") { at += 1 }
        guard at < bytes.count, bytes[at] == UInt8(ascii: "[") else { return false }
        let first = at
        guard passMember() else { return false }
        range = first..<at
        return true
    }

    /// Passes over one member's array and notes where its columns begin; false when it is cut off.
    private mutating func passMember() -> Bool {
        starts.removeAll(keepingCapacity: true)
        starts.append(at + 1)
        at += 1
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") {
                at = endOfString(from: at + 1)
            } else if byte == UInt8(ascii: ",") {
                starts.append(at + 1)
            } else if byte == UInt8(ascii: "]") {
                at += 1
                return true
            }
            at += 1
        }
        return false
    }

    /// The place of the quote that ends the string whose first character stands at `start`.
    private func endOfString(from start: Int) -> Int {
        var end = StringScan.special(in: bytes, from: start)
        while end < bytes.count, bytes[end] != UInt8(ascii: "\"") {
            end = StringScan.special(in: bytes, from: end + (bytes[end] == UInt8(ascii: "\\") ? 2 : 1))
        }
        return end
    }

    // MARK: The current member

    /// Whether the current member has the column at all.
    func has(_ column: MemberColumn) -> Bool { column.rawValue < starts.count }

    /// Whether the current member has a text in the column, and not null.
    func hasText(_ column: MemberColumn) -> Bool {
        has(column) && bytes[starts[column.rawValue]] == UInt8(ascii: "\"")
    }

    /// The number in the column; nil when it is null, negative or beyond 64 bits.
    func integer(_ column: MemberColumn) -> Int64? {
        guard has(column) else { return nil }
        var value: Int64 = 0
        let start = starts[column.rawValue]
        var digit = start
        while digit < bytes.count, bytes[digit] >= 0x30, bytes[digit] <= 0x39 {
            value = value &* 10 &+ Int64(bytes[digit] - 0x30)
            digit += 1
        }
        // 19 digits that do not fit wrap around into a negative number.
        return digit == start || digit - start > 19 || value < 0 ? nil : value
    }

    /// The part of the body that two columns name by its offset and its length; nil when one of them is null.
    func bodyRange(_ offset: MemberColumn, _ length: MemberColumn) -> Range<Int>? {
        guard let offset = integer(offset), let length = integer(length) else { return nil }
        let (end, isOver) = offset.addingReportingOverflow(length)
        return isOver ? nil : Int(offset)..<Int(end)
    }

    /// The text of adjacent columns, the commas between them included.
    func text(of columns: ClosedRange<MemberColumn>) -> Range<Int>? {
        let next = columns.upperBound.rawValue + 1
        guard next < starts.count else { return nil }
        return starts[columns.lowerBound.rawValue]..<(starts[next] - 1)
    }
}
