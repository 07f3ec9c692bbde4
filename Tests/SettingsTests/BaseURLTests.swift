import Testing

@testable import Settings

@Suite struct BaseURLTests {
    @Test(arguments: [
        ("https://apix.spotzee.com/api/client/", "https://apix.spotzee.com/api/client"),
        ("https://apix.spotzee.com//", "https://apix.spotzee.com"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"), ("http://127.255.0.9/a", "http://127.255.0.9/a"),
        ("http://[::1]:80/", "http://[::1]:80"), ("http://LOCALHOST", "http://LOCALHOST"),
    ])
    func `a URL is taken without its trailing slashes`(text: String, expected: String) throws {
        #expect(try BaseURLText.parse(ScalarText(text)) == expected)
    }

    @Test(arguments: [
        "http://example.com", "http://127.0.0.1.example.com", "http://127.1", "http://0127.0.0.1", "http://127.0.0.256",
        "http://localhost.example.com", "http://[::2]", "http://0.0.0.0", "http://128.0.0.1",
    ])
    func `plain http beyond the loopback is refused`(text: String) {
        #expect(throws: Complaint("sends the key unencrypted beyond this machine", "write https://")) {
            try BaseURLText.parse(ScalarText(text))
        }
    }

    @Test(arguments: [
        ("https://u:p@h/", "contains a user or password"), ("http://localhost@evil.com", "contains a user or password"),
        ("https://h/?a=b", "contains a query"), ("https://h/?", "contains a query"),
        ("https://h/#a", "contains a fragment"),
        ("ftp://h", "begins with neither https:// nor http://"), ("apix.spotzee.com", "is not a URL"),
        ("https://", "is not a URL"), ("https://a b", "is not a URL"), ("", "is not a URL"),
        ("https://h:0", "has an invalid port"), ("https://h:65536", "has an invalid port"),
        ("https://h/a\r\nb", "is not a URL"), ("http://%6cocalhost", "has an encoded host"),
    ])
    func `a URL with a user, query or fragment is refused without quoting it`(text: String, fault: String) {
        let complaint = #expect(throws: Complaint.self) { try BaseURLText.parse(ScalarText(text)) }
        #expect(complaint?.fault == fault)
    }
}
