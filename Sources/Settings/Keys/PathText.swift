/// Paths of files and directories, checked as text; nothing is looked up.
enum PathText {
    static let bytesMax = 4096

    static func parse(_ scalar: ScalarText) throws(Complaint) -> String {
        let text = scalar.text
        guard !text.isEmpty else { throw Complaint("is an empty path", "name a file or directory") }
        guard text.utf8.count <= bytesMax else { throw Complaint("is longer than \(bytesMax) bytes", "shorten it") }
        guard !text.contains("\0") else { throw Complaint("contains a NUL character", "remove it") }
        guard !text.hasPrefix("sk_") else {
            throw Complaint("is a secret key, not a path", "put the key into a file and name the file")
        }
        guard !text.hasPrefix("~"), !text.hasPrefix("$") else {
            throw Complaint("\(scalar.quoted) is not expanded", "write the full path")
        }
        guard !text.hasPrefix("file:"), text != ":memory:" else {
            throw Complaint("\(scalar.quoted) is not a path", "write the full path of a file or directory")
        }
        return text
    }
}
