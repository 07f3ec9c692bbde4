/// One member's content as it stands in the list and in the body of its batch.
struct MemberContent {
    var id: Int64
    /// The list's own text of everything a producer gave beside the payload, from `external_id` to `traceparent`.
    var identity: Range<Int>
    var profile: Range<Int>?
    var data: Range<Int>?
}

extension MemberList {
    private static let identityFirst = 3
    private static let identityLast = 11

    /// The members' contents in the order of the request, found without decoding the list; nil when it is no such list.
    func contents() -> [MemberContent]? {
        text.withUnsafeBytes { bytes in
            var contents: [MemberContent] = []
            var starts: [Int] = []
            starts.reserveCapacity(18)
            var at = 1
            while at < bytes.count, bytes[at] != UInt8(ascii: "]") {
                if bytes[at] == UInt8(ascii: ",") { at += 1 }
                guard let content = Self.content(bytes, &at, &starts) else { return nil }
                contents.append(content)
            }
            return contents
        }
    }

    /// - Parameter starts: room for where the places start, the same for all members.
    private static func content(
        _ bytes: UnsafeRawBufferPointer, _ at: inout Int, _ starts: inout [Int]
    ) -> MemberContent? {
        guard at < bytes.count, bytes[at] == UInt8(ascii: "[") else { return nil }
        at += 1
        starts.removeAll(keepingCapacity: true)
        starts.append(at)
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") {
                at = end(ofString: at + 1, bytes)
            } else if byte == UInt8(ascii: ",") {
                starts.append(at + 1)
            } else if byte == UInt8(ascii: "]") {
                break
            }
            at += 1
        }
        guard at < bytes.count, starts.count > 15, let id = integer(bytes, starts[0]) else { return nil }
        at += 1
        return MemberContent(
            id: id, identity: starts[identityFirst]..<(starts[identityLast + 1] - 1),
            profile: range(bytes, starts[12], starts[13]), data: range(bytes, starts[14], starts[15]))
    }

    /// Where the string that starts here is closed.
    private static func end(ofString start: Int, _ bytes: UnsafeRawBufferPointer) -> Int {
        var at = StringScan.special(in: bytes, from: start)
        while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
            at = StringScan.special(in: bytes, from: at + (bytes[at] == UInt8(ascii: "\\") ? 2 : 1))
        }
        return at
    }

    private static func range(_ bytes: UnsafeRawBufferPointer, _ offset: Int, _ length: Int) -> Range<Int>? {
        guard let offset = integer(bytes, offset), let length = integer(bytes, length) else { return nil }
        return Int(offset)..<Int(offset + length)
    }

    /// The number that starts here; nil for null.
    private static func integer(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Int64? {
        var value: Int64 = 0
        var at = start
        while at < bytes.count, bytes[at] >= 0x30, bytes[at] <= 0x39, at - start < 18 {
            value = value * 10 + Int64(bytes[at] - 0x30)
            at += 1
        }
        return at == start ? nil : value
    }
}
