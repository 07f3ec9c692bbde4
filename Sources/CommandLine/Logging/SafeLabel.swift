/// Makes text from outside safe as a log field or a metric's label.
enum SafeLabel {
    static let lengthMax = 100

    /// The code if it has the form of one, else `other`: other text can be a contact or a payload from the API.
    static func code(_ text: String) -> String {
        isWord(text) ? text : "other"
    }

    /// The request id; nil when it does not have the form of one.
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
