import Operation
import Testing

@testable import journey_outbox

@Suite struct ShellWordTests {
    @Test(arguments: [
        "welcome", "/var/lib/app.db", "a b", "", "'", "a'b''c", "$(touch x)", "`x`", "a;b", "a\nb", "\u{1B}[31m", "*",
        "~",
        "\\", "\"$HOME\"", "#", "-é", "a|b&c", "!x", "{a,b}",
    ])
    func `a shell reads a quoted text as exactly that text`(text: String) throws {
        let outcome = try Tool.run(["sh", "-c", "printf '<%s>' \(ShellWord.quoted(text))"])
        #expect(outcome.output == "<\(text)>")
    }

    @Test func `a plain name is not quoted`() {
        #expect(ShellWord.quoted("trial-ending") == "trial-ending")
        #expect(ShellWord.quoted("x'; rm -rf /") == #"'x'\''; rm -rf /'"#)
    }
}
