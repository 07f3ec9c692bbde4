extension String {
    /// Returns the longest prefix of whole Unicode scalars that has at most `bytesMax` bytes of UTF-8.
    ///
    /// The limit counts bytes, because one character can consist of any number of scalars.
    public func clipped(toBytes bytesMax: Int) -> String {
        assert(bytesMax >= 0, "a text is clipped to no negative length")
        guard utf8.count > bytesMax else { return self }
        let bytes = Array(utf8)
        var end = bytesMax
        while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return String(decoding: bytes[..<end], as: UTF8.self)
    }
}
