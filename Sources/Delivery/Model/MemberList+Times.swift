extension MemberList {
    /// Since when each member could have been delivered: its insertion, or its `scheduled_at` where that is later.
    ///
    /// Reads two numbers of each member and skips everything else, since it is done for every batch that is delivered.
    /// Empty when the text is not such a list.
    public func deliverableSince() -> [WallTime] {
        let (scheduledPlace, createdPlace) = (8, 10)
        var times: [WallTime] = []
        var depth = 0
        var place = 0
        var inString = false
        var isEscaped = false
        var number: Int64 = 0
        var scheduledAt: Int64 = 0
        for byte in text {
            if inString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    inString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): inString = true
            case UInt8(ascii: "["):
                depth += 1
                (place, number, scheduledAt) = (0, 0, 0)
            case UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: ",") where depth == 2:
                if place == scheduledPlace { scheduledAt = number }
                if place == createdPlace { times.append(WallTime(milliseconds: max(number, scheduledAt))) }
                place += 1
                number = 0
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                number = number &* 10 &+ Int64(byte - UInt8(ascii: "0"))
            default: continue
            }
        }
        return times
    }
}
