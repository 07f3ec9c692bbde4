/// Text that comes from outside and is to be a log field or a metric's label.
enum ForeignText {
    static let lengthMax = 100

    /// A code of the API, as it is when it looks like one; anything else could be a contact or a payload sent back.
    static func code(_ text: String) -> String {
        isWord(text) ? text : "other"
    }

    /// A request id, or nil when it does not look like one.
    static func requestID(_ text: String?) -> String? {
        text.flatMap { isWord($0) ? $0 : nil }
    }

    private static func isWord(_ text: String) -> Bool {
        (1...lengthMax).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }
}
