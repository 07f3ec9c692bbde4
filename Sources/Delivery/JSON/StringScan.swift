/// Finds what ends or interrupts a JSON string, eight bytes at a time: nearly every byte of every row is looked at here.
enum StringScan {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// The first place from `start` on with a quote, a backslash or a control character; the end when there is none.
    static func special(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var at = start
        while at + 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            let marks = specials(in: word)
            if marks != 0 { return at + marks.trailingZeroBitCount / 8 }
            at += 8
        }
        while at < bytes.count, !isSpecial(bytes[at]) { at += 1 }
        return at
    }

    private static func isSpecial(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x22 || byte == 0x5C }

    /// The high bit of each byte that is special; above the lowest such byte a carry may mark others too.
    private static func specials(in word: UInt64) -> UInt64 {
        let controls = (word &- ones &* 0x20) & ~word
        return (controls | zeroes(in: word ^ (ones &* 0x22)) | zeroes(in: word ^ (ones &* 0x5C))) & highs
    }

    private static func zeroes(in word: UInt64) -> UInt64 { (word &- ones) & ~word }
}
