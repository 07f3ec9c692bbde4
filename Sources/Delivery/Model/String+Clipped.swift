extension String {
    /// At most so many bytes of the text, up to the end of a scalar.
    ///
    /// What a person sees as one character may be as long as the whole text: only bytes bound what is stored.
    public func clipped(toBytes bytesMax: Int) -> String {
        guard utf8.count > bytesMax else { return self }
        let bytes = Array(utf8)
        var end = bytesMax
        while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return String(decoding: bytes[..<end], as: UTF8.self)
    }
}
