import Foundation
import Sandbox
import Testing

@Suite struct FaultTests {
    private let request = Calls.trigger(Calls.users("a"), key: "k")

    @Test func `a connection dropped before the effect leaves nothing behind`() {
        var drive = Drive()
        drive.model.faults.dropBeforeEffect.next = 1
        let dropped = drive.send(request)
        #expect(dropped.wire == .dropBeforeEffect)
        #expect(dropped.effects.isEmpty)
        #expect(dropped.line?.status == nil)
        let again = drive.send(request)
        #expect(again.wire == .answer)
        #expect(again.effects.count == 1)
    }

    @Test func `a connection dropped after the effect leaves an answer to replay`() {
        var drive = Drive()
        drive.model.faults.dropAfterEffect.next = 1
        let dropped = drive.send(request)
        #expect(dropped.wire == .dropAfterEffect)
        #expect(dropped.effects.count == 1)
        let again = drive.send(request)
        #expect(again.isReplay)
        #expect(again.effects.isEmpty)
    }

    @Test(arguments: [(500, false), (503, false), (502, true), (500, true)])
    func `an error before the effect is not cached`(_ status: Int, _ isHTML: Bool) {
        var drive = Drive()
        drive.model.faults.errorStatus = status
        drive.model.faults.errorIsHTML = isHTML
        drive.model.faults.errorBeforeEffect.next = 1
        let failed = drive.send(request)
        #expect(failed.status == status)
        #expect((failed.header("content-type") == "text/html") == isHTML)
        #expect(failed.effects.isEmpty)
        #expect(drive.send(request).effects.count == 1)
    }

    @Test func `an error after the effect hides an answer that is replayed later`() {
        var drive = Drive()
        drive.model.faults.errorAfterEffect.next = 1
        let failed = drive.send(request)
        #expect(failed.status == 503)
        #expect(failed.effects.count == 1)
        #expect(drive.send(request).isReplay)
    }

    @Test func `faults do not affect probes and refusals unless configured`() {
        var drive = Drive()
        drive.model.faults.dropAfterEffect.next = 1
        #expect(drive.send(Calls.get("/journeys/33")).wire == .answer)
        #expect(drive.send(Calls.trigger("", headers: ["authorization": nil])).wire == .answer)
        drive.model.faults.reachesProbes = true
        #expect(drive.send(Calls.get("/journeys/33")).wire == .dropAfterEffect)
    }

    @Test func `a fault occurs about as often as its probability, and equally for equal seeds`() {
        func struck() -> [Bool] {
            var drive = Drive { $0.seed = 7 }
            drive.model.faults.dropBeforeEffect.probability = 0.25
            return (0..<1000).map { _ in drive.send(Calls.trigger(Calls.users("a"))).wire == .dropBeforeEffect }
        }
        #expect((200...300).contains(struck().count { $0 }))
        #expect(struck() == struck())
    }

    @Test func `a redirect, a garbled wait, a missing replay header and a missing id are sent as set`() {
        var drive = Drive(rate: [SandboxRateLimit(requestsMax: 3, windowMilliseconds: 1000)])
        drive.model.faults.redirect.next = 1
        drive.model.faults.redirectLocation = "http://localhost:1/x"
        drive.model.faults.retryAfter = "soon"
        drive.model.faults.stripsReplayHeader = true
        let moved = drive.send(request)
        #expect(moved.status == 302)
        #expect(moved.header("location") == "http://localhost:1/x")
        #expect(drive.send(request).effects.count == 1)
        let again = drive.send(request)
        #expect(!again.isReplay)
        #expect(again.line?.isReplayed == true)
        #expect(drive.send(request).header("retry-after") == "soon")
        drive.model.faults.omitsRequestID = true
        #expect(drive.send(request).requestID == nil)
    }

    @Test func `a numeric code can replace the string code`() {
        var drive = Drive()
        drive.model.faults.numericCodes = true
        let reply = drive.send(Calls.trigger("{}"))
        #expect(reply.status == 400)
        #expect(reply.json["code"] as? Int == 1400)
        #expect(reply.line?.code == "parameter_missing")
    }

    @Test func `gzip ends with the checksum of its contents`() {
        var drive = Drive()
        drive.model.faults.bodyForm = .gzip
        let reply = drive.send(Calls.trigger(Calls.entrance("a")))
        #expect(reply.header("content-encoding") == "gzip")
        #expect(reply.body.prefix(3) == [0x1F, 0x8B, 8])
        // The trailer: the CRC-32 of {"success":true} and its length (RFC 1952).
        #expect(Array(reply.body.suffix(8)) == [0xDF, 0xF7, 0xF6, 0x66, 0x10, 0x00, 0x00, 0x00])
    }

    @Test func `faults read from JSON default to off, and a misspelt one is refused`() throws {
        let decoder = JSONDecoder()
        let some = try decoder.decode(
            SandboxFaults.self, from: Data(#"{"drop_after_effect":{"next":2},"body_form":"gzip"}"#.utf8))
        var expected = SandboxFaults()
        expected.dropAfterEffect.next = 2
        expected.bodyForm = .gzip
        #expect(some == expected)
        #expect(try decoder.decode(SandboxFaults.self, from: JSONEncoder().encode(expected)) == expected)
        #expect(throws: DecodingError.self) {
            try decoder.decode(SandboxFaults.self, from: Data(#"{"drop_after":{"next":2}}"#.utf8))
        }
    }
}
