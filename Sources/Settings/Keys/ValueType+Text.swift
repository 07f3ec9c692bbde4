extension ValueType where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the words of an enumeration.
    static func choice(of type: Value.Type) -> ValueType<Value> {
        let words = Value.allCases.map(\.rawValue)
        return ValueType(
            name: "choice", range: words.joined(separator: ", "), example: words.first ?? "",
            parse: { scalar throws(Complaint) in
                if let value = Value(rawValue: scalar.text) { return value }
                if let near = Suggestion.nearest(to: scalar.text, among: words) {
                    throw Complaint("\(scalar.quoted) is not allowed", "did you mean \(near)?")
                }
                throw Complaint("\(scalar.quoted) is not allowed", "give one of \(words.joined(separator: ", "))")
            },
            format: { $0.rawValue })
    }
}

extension ValueType where Value == String {
    /// The path of a file or directory.
    static let path = ValueType(
        name: "path", range: "1…4096 bytes", example: "/var/lib/app/app.db",
        parse: { scalar throws(Complaint) in try PathText.parse(scalar) },
        format: { $0 })

    /// A name of at most 200 bytes.
    static let name = ValueType(
        name: "name", range: "1…200 bytes", example: "main",
        parse: { scalar throws(Complaint) in try NameText.parse(scalar) },
        format: { $0 })

    /// The base URL of the API.
    static let baseURL = ValueType(
        name: "URL", range: "https, or http to the loopback", example: "https://apix.spotzee.com/api/client",
        parse: { scalar throws(Complaint) in try BaseURLText.parse(scalar) },
        format: { $0 })

    /// The date that names a release of the API. It is read as text, with or without quotes.
    static let release = ValueType(
        name: "release date", range: "YYYY-MM-DD", example: "2026-04-28",
        parse: { scalar throws(Complaint) in
            guard let match = scalar.text.wholeMatch(of: /[0-9]{4}-([0-9]{2})-([0-9]{2})/),
                ("01"..."12").contains(match.1), ("01"..."31").contains(match.2)
            else { throw Complaint("\(scalar.quoted) is not a date", "write YYYY-MM-DD, such as 2026-04-28") }
            return scalar.text
        },
        format: { $0 })
}

/// Parses names: one line of text of at most 200 bytes.
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
        // Names are compared byte by byte, so a name with an invisible space would match no row.
        guard text.first?.isWhitespace == false, text.last?.isWhitespace == false else {
            throw Complaint("\(scalar.quoted) begins or ends with a space", "remove the space")
        }
        return text
    }
}

/// Parses paths of files and directories. Only the text is checked, not the file system.
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
