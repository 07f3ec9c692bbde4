@testable import Delivery
import Testing

@Suite struct RetryAfterTests {
    /// Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110.
    static let example = WallTime(milliseconds: 784_111_777_000)

    @Test(arguments: [
        ("0", 0), ("1", 1), ("120", 120), (" 7 ", 7), ("3600", 3600), ("007", 7),
    ]) func `seconds are read`(text: String, seconds: Int) {
        #expect(RetryAfter.duration(of: text, now: Make.now) == .seconds(seconds))
    }

    @Test func `a fraction of a second is read`() {
        #expect(RetryAfter.duration(of: "1.5", now: Make.now) == .milliseconds(1500))
    }

    @Test(
        arguments: [
            nil, "", " ", "-1", "-0", "+5", "3601", "99999999999", "1e3", "0x10", "inf", "nan", "soon", "5s", "5;",
            "1,5", "1.2.3",
            ".", "٣", "１", "Sun, 06 Nov 1994 08:49:37 GMT", "Mon, 32 Jan 2027 00:00:00 GMT",
            "Fri, 15 Jan 2027 24:61:00 GMT",
            String(repeating: "9", count: 39), String(repeating: "9", count: 400),
            "Fri, 15 Jan 999999999999 08:00:00 GMT",
            "1" + String(repeating: "0", count: 100_000),
        ] as [String?]) func `a malformed text, a past date and a date in the far future give no wait`(text: String?)
    {
        #expect(RetryAfter.duration(of: text, now: Make.now) == nil)
    }

    @Test(arguments: [
        "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
    ]) func `all three forms of an HTTP date are read`(text: String) {
        #expect(RetryAfter.httpDate(text) == Self.example)
        #expect(RetryAfter.duration(of: text, now: Self.example + .seconds(-30)) == .seconds(30))
        #expect(RetryAfter.duration(of: text, now: Self.example + .seconds(1)) == nil)
        #expect(RetryAfter.duration(of: text, now: Self.example + .seconds(-4000)) == nil)
    }

    @Test(arguments: [WallTime(milliseconds: .max), WallTime(milliseconds: .min + 1), WallTime(milliseconds: 0)])
    func `no time of the clock lets a date overflow`(now: WallTime) {
        #expect(RetryAfter.duration(of: "Sun, 06 Nov 1994 08:49:37 GMT", now: now) == nil)
    }
}
