import Foundation

/// Parses the base URL of the API: https, or plain http to this machine only.
enum BaseURLText {
    static let bytesMax = 2048

    /// The URL without trailing slashes.
    ///
    /// No message quotes the value, because it may contain a password.
    static func parse(_ scalar: ScalarText) throws(Complaint) -> String {
        guard scalar.text.utf8.count <= bytesMax else {
            throw Complaint("is longer than \(bytesMax) bytes", "shorten it")
        }
        guard let parts = URLComponents(string: scalar.text, encodingInvalidCharacters: false),
            let scheme = parts.scheme, let host = parts.encodedHost, !host.isEmpty
        else { throw Complaint("is not a URL", "write one such as \(Keys.url.standard)") }
        try check(parts, host: host)
        try check(scheme: scheme, host: host)
        return String(scalar.text.reversed().drop { $0 == "/" }.reversed())
    }

    private static func check(_ parts: URLComponents, host: String) throws(Complaint) {
        guard parts.percentEncodedUser == nil, parts.percentEncodedPassword == nil else {
            throw Complaint("contains a user or password", "remove it; the key comes from api.key_file")
        }
        guard parts.percentEncodedQuery == nil else {
            throw Complaint("contains a query", "remove everything from the question mark on")
        }
        guard parts.percentEncodedFragment == nil else {
            throw Complaint("contains a fragment", "remove everything from the # on")
        }
        guard !host.contains("%") else {
            throw Complaint("has an encoded host", "write the host without percent signs")
        }
        guard parts.port.map({ (1...65_535).contains($0) }) ?? true else {
            throw Complaint("has an invalid port", "give 1…65535")
        }
    }

    private static func check(scheme: String, host: String) throws(Complaint) {
        if scheme == "https" { return }
        guard scheme == "http" else {
            throw Complaint("begins with neither https:// nor http://", "write https://")
        }
        guard isLoopback(host) else {
            throw Complaint("sends the key unencrypted beyond this machine", "write https://")
        }
    }

    /// Whether the text of a host names the loopback interface: 127.0.0.0/8, ::1 or localhost. No name is resolved.
    static func isLoopback(_ host: String) -> Bool {
        let host = host.lowercased()
        if host == "localhost" || host == "[::1]" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        let octets = parts.compactMap { $0.wholeMatch(of: /0|[1-9][0-9]{0,2}/).flatMap { UInt8($0.output) } }
        return parts.count == 4 && octets.count == 4 && octets[0] == 127
    }
}
