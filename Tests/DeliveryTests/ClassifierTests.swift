@testable import Delivery
import Testing

@Suite struct ClassifierTests {
    private static func judge(_ answer: Answer, _ shape: Shape, rows: Int = 4) throws -> Verdict {
        let batch = try Make.batch(Make.rows(shape == .users ? rows : 1), shape)
        return Classifier().judge(answer, to: batch, at: Make.now)
    }

    @Test(arguments: Entry.all, [Shape.users, .entrance])
    func `every answer is classified as the table says`(entry: Entry, shape: Shape) throws {
        let verdict = try Self.judge(entry.answer, shape)
        #expect(Kind(verdict.finding) == entry.kind(shape))
        #expect(verdict.evidence == entry.evidence)
        #expect(!verdict.isReplayed)
    }

    @Test(arguments: Entry.all, [Shape.users, .entrance])
    func `a replayed answer below 500 is evidence about every attempt, except for rate limits and keys in use`(
        entry: Entry, shape: Shape
    ) throws {
        guard case .response(var response) = entry.answer else { return }
        response.isReplayed = true
        let verdict = try Self.judge(.response(response), shape)
        let isException = [Kind.limited, .inProgress, .mismatch].contains(entry.kind(shape)) || response.status >= 500
        #expect(verdict.evidence == (isException ? entry.evidence : .everyAttempt))
        #expect(verdict.isReplayed)
    }

    /// One letter with many combining marks is one character with a byte or more for each mark.
    @Test(arguments: [String(repeating: "x", count: 50_000), "x" + String(repeating: "\u{301}", count: 50_000)])
    func `stored codes and messages are clipped to a number of bytes`(word: String) throws {
        let rejected = Make.json(
            200, #"{"created":3,"errors":[{"index":0,"code":"\#(word)","message":"\#(word)"}]}"#)
        guard case .processed(let results) = try Self.judge(.response(rejected), .users).finding,
            case .rejected(let rejection) = results[0]
        else {
            Issue.record("not rejected")
            return
        }
        let named = Make.json(
            422,
            #"{"status":"error","code":"\#(word)","message":"\#(word)","errors":[{"param":"users[0]","code":"\#(word)"}]}"#
        )
        let verdict = try Self.judge(.response(named), .users)
        guard case .refusedRows(let rows) = verdict.finding, let row = rows[0] else {
            Issue.record("not rows")
            return
        }
        for code in [rejection.code, row.code, verdict.record.code ?? ""] {
            #expect((99...100).contains(code.utf8.count))
        }
        for message in [rejection.message, row.message, verdict.record.message ?? ""] {
            #expect((999...1000).contains(message.utf8.count))
        }
    }

    @Test(arguments: [(0, ""), (1, "a"), (2, "a"), (3, "aé"), (6, "aé"), (7, "aé😀"), (8, "aé😀b"), (9, "aé😀b")])
    func `a text is clipped between two scalars`(bytesMax: Int, text: String) {
        #expect("aé😀b".clipped(toBytes: bytesMax) == text)
    }

    @Test func `a refusal that names rows has the code and message of each row`() throws {
        let response = Make.json(
            422,
            #"""
            {"status":"error","code":"validation_failed","message":"all","errors":[
              {"param":"users[2].email","code":"parameter_invalid_format","message":"no @"},
              {"param":"users[2].name","code":"other"},{"param":"users.3","message":"late"},
              {"param":"users[4]"},{"param":"users"},{"param":"usersX[1]"},{"param":"users[1"},{"param":"users[-1]"},7]}
            """#)
        guard case .refusedRows(let named) = try Self.judge(.response(response), .users).finding else {
            Issue.record("not rows")
            return
        }
        #expect(
            named == [
                2: Rejection(code: "parameter_invalid_format", message: "no @"),
                3: Rejection(code: "validation_failed", message: "late"),
            ])
    }

    @Test func `what is stored of an answer is bounded and has the request id`() throws {
        let long = String(repeating: "ä", count: 100_000)
        let response = Make.json(401, #"{"status":"error","code":"\#(long)","message":"\#(long)"}"#)
        let verdict = try Self.judge(.response(response), .users)
        #expect(verdict.record.requestID == "req_1")
        #expect(verdict.record.status == 401)
        #expect(verdict.record.code?.utf8.count == 100)
        #expect((verdict.record.message ?? "").utf8.count < 1010)
        #expect(
            verdict.record.text(attempt: 3, at: Make.now).hasPrefix(
                #"{"attempt":3,"at":1800000000000,"status":401,"code":"ä"#))
    }

    @Test func `an answer of random bytes always has a verdict`() throws {
        var random = SplitMix64(seed: 11)
        let batch = try Make.batch(Make.rows(3))
        let types = ["", "application/json", "application/problem+json", "text/html"]
        for _ in 0..<2000 {
            let body = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                Array(#"{}[]":,0123456789eE+-.\utrnsal "#.utf8).randomElement(using: &random) ?? 0
            }
            let response = Response(
                status: Int.random(in: -5...1000, using: &random),
                contentType: types.randomElement(using: &random) ?? "",
                retryAfter: String(decoding: body.prefix(9), as: UTF8.self), body: body)
            let verdict = Classifier().judge(.response(response), to: batch, at: Make.now)
            if case .processed(let results) = verdict.finding { #expect(results.count == 3) }
        }
    }
}
