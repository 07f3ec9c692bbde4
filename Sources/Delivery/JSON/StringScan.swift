/// Finds the end or the next escape of a JSON string.
///
/// It tests eight bytes at a time, because nearly every byte of every row is tested here. The bit operations are those of
/// "Bit Twiddling Hacks" (Anderson), "Determine if a word has a byte less than n".
enum StringScan {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// Returns the first index from `start` on of a quote, a backslash or a control character; `bytes.count` when there is
    /// none.
    static func special(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        assert(start <= bytes.count, "a scan begins inside the text")
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

    /// Sets the high bit of each special byte. Above the lowest such byte, a carry may set the bit of other bytes too.
    private static func specials(in word: UInt64) -> UInt64 {
        let controls = (word &- ones &* 0x20) & ~word
        return (controls | zeroes(in: word ^ (ones &* 0x22)) | zeroes(in: word ^ (ones &* 0x5C))) & highs
    }

    private static func zeroes(in word: UInt64) -> UInt64 { (word &- ones) & ~word }
}
