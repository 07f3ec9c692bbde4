/// Names that people give: one line of text, at most 200 bytes.
enum NameText {
    static let bytesMax = 200

    static func parse(_ scalar: ScalarText) throws(Complaint) -> String {
        let text = scalar.text
        guard !text.isEmpty else { throw Complaint("is an empty name", "give it at least one letter") }
        guard text.utf8.count <= bytesMax else {
            throw Complaint("\(scalar.quoted) is longer than \(bytesMax) bytes", "shorten it")
        }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw Complaint("\(scalar.quoted) contains a control character", "remove it")
        }
        // Producers compare names byte for byte, so a space nobody sees would match no row.
        guard text.first?.isWhitespace == false, text.last?.isWhitespace == false else {
            throw Complaint("\(scalar.quoted) begins or ends with a space", "remove the space")
        }
        return text
    }
}
