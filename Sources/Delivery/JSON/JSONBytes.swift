/// Writing JSON text into bytes, without a detour over strings.
extension [UInt8] {
    mutating func append(ascii text: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// At once: as a sequence they would be copied one by one.
    mutating func append(bytes: UnsafeRawBufferPointer) {
        append(contentsOf: bytes.assumingMemoryBound(to: UInt8.self))
    }

    mutating func append(integer value: Int64) {
        if value >= 0 && value < 10 {
            append(UInt8(ascii: "0") + UInt8(value))
            return
        }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var rest = value.magnitude
            var start = 20
            repeat {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            } while rest > 0
            if value < 0 { append(UInt8(ascii: "-")) }
            append(contentsOf: UnsafeMutableBufferPointer(rebasing: digits[start..<20]))
        }
    }

    mutating func append(integer value: Int64?) {
        guard let value else { return append(ascii: "null") }
        append(integer: value)
    }

    /// Appends the bytes of valid UTF-8 text as a JSON string (RFC 8259, section 7).
    mutating func append(jsonString bytes: UnsafeRawBufferPointer) {
        append(UInt8(ascii: "\""))
        var at = 0
        while at < bytes.count {
            let end = StringScan.special(in: bytes, from: at)
            append(bytes: UnsafeRawBufferPointer(rebasing: bytes[at..<end]))
            if end < bytes.count { append(escaped: bytes[end]) }
            at = end + 1
        }
        append(UInt8(ascii: "\""))
    }

    mutating func append(jsonString text: String?) {
        guard var text else { return append(ascii: "null") }
        text.withUTF8 { append(jsonString: UnsafeRawBufferPointer($0)) }
    }

    mutating func append(jsonString bytes: UnsafeRawBufferPointer?) {
        guard let bytes else { return append(ascii: "null") }
        append(jsonString: bytes)
    }

    private mutating func append(escaped byte: UInt8) {
        switch byte {
        case 0x22: append(ascii: "\\\"")
        case 0x5C: append(ascii: "\\\\")
        default:
            append(ascii: "\\u00")
            append(hexDigit(byte >> 4))
            append(hexDigit(byte & 15))
        }
    }
}

private func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
}

extension Sequence<UInt8> {
    /// The bytes as lower-case hexadecimal text.
    public var hexadecimal: String {
        var digits: [UInt8] = []
        digits.reserveCapacity(underestimatedCount * 2)
        for byte in self {
            digits.append(hexDigit(byte >> 4))
            digits.append(hexDigit(byte & 15))
        }
        return String(decoding: digits, as: UTF8.self)
    }
}
