import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Sandbox
import Testing

/// An answer as it was received over the socket.
struct Heard: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var body: String
}

/// A client that sends requests over the loopback interface.
struct Caller: Sendable {
    var port: Int

    func send(_ request: SandboxRequest) async throws -> Heard {
        let query = request.query.map { "?" + $0 } ?? ""
        var outgoing = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(request.path)\(query)")
        outgoing.method = HTTPMethod(rawValue: request.method)
        for (name, value) in request.headers {
            outgoing.headers.add(name: name, value: value)
        }
        outgoing.body = .bytes(request.body)
        let response = try await HTTPClient.shared.execute(outgoing, timeout: .seconds(30))
        let body = try await response.body.collect(upTo: 1 << 20)
        return Heard(status: Int(response.status.code), headers: response.headers, body: String(buffer: body))
    }

    func control(_ method: String, _ path: String, _ body: String = "") async throws -> Heard {
        try await send(SandboxRequest(method: method, path: "/sandbox" + path, body: Array(body.utf8)))
    }
}

@Suite(.timeLimit(.minutes(1))) struct ServerTests {
    private func serving(
        _ configuration: SandboxConfiguration = SandboxConfiguration(), clock: SandboxClock = .system,
        _ body: @escaping @Sendable (Caller, Sandbox) async throws -> Void
    ) async throws {
        try await SandboxServer.serving(configuration, clock: clock) { port, sandbox in
            try await body(Caller(port: port), sandbox)
        }
    }

    @Test func `both shapes are answered, and a second try is replayed`() async throws {
        try await serving { caller, sandbox in
            let users = try await caller.send(Calls.trigger(Calls.users("a", "b"), key: "k"))
            let again = try await caller.send(Calls.trigger(Calls.users("a", "b"), key: "k"))
            let entrance = try await caller.send(Calls.trigger(Calls.entrance("c"), key: "l"))
            #expect(users.body == "{\"entrances_created\":2,\"errors\":[]}")
            #expect(again.body == users.body)
            #expect(again.headers["idempotent-replayed"] == ["true"])
            #expect(again.headers["x-request-id"] == users.headers["x-request-id"])
            #expect(entrance.body == "{\"success\":true}")
            #expect(entrance.headers["x-request-id"] != users.headers["x-request-id"])
            #expect(sandbox.effects().compactMap(\.externalID) == ["a", "b", "c"])
        }
    }

    @Test func `a call made while the first is running has to wait`() async throws {
        let (begun, begin) = AsyncStream.makeStream(of: Int.self)
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        let clock = SandboxClock(now: { 1_777_000_000_000 }) { milliseconds in
            begin.yield(milliseconds)
            for await _ in released { break }
        }
        var configuration = SandboxConfiguration()
        configuration.faults.delayBeforeEffectMilliseconds = 250
        try await serving(configuration, clock: clock) { caller, sandbox in
            let request = Calls.trigger(Calls.users("a"), key: "k")
            async let first = caller.send(request)
            #expect(await begun.first { _ in true } == 250)
            let waiting = try await caller.send(request)
            #expect(waiting.status == 409)
            #expect(waiting.headers["retry-after"] == ["1"])
            #expect(sandbox.effects().isEmpty)
            release.yield()
            #expect(try await first.status == 200)
            #expect(sandbox.effects().count == 1)
        }
    }

    @Test func `a call takes effect although its client has closed the connection`() async throws {
        let (begun, begin) = AsyncStream.makeStream(of: Int.self)
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        let clock = SandboxClock(now: { 1_777_000_000_000 }) { milliseconds in
            begin.yield(milliseconds)
            for await _ in released { break }
        }
        var configuration = SandboxConfiguration()
        configuration.faults.delayBeforeEffectMilliseconds = 1
        try await serving(configuration, clock: clock) { caller, sandbox in
            let records = sandbox.watch()
            let call = Task { try await caller.send(Calls.trigger(Calls.users("a"), key: "k")) }
            _ = await begun.first { _ in true }
            call.cancel()
            await #expect(throws: (any Error).self) { try await call.value }
            release.yield()
            _ = await records.first { _ in true }
            #expect(sandbox.effects().count == 1)
            let replayed = try await caller.send(Calls.trigger(Calls.users("a"), key: "k"))
            #expect(replayed.headers["idempotent-replayed"].count == 1)
        }
    }

    @Test func `a dropped connection gives no answer, with and without effect`() async throws {
        try await serving { caller, sandbox in
            let request = Calls.trigger(Calls.users("a"), key: "k")
            sandbox.change { $0.faults.dropBeforeEffect.next = 1 }
            await #expect(throws: HTTPClientError.remoteConnectionClosed) { try await caller.send(request) }
            #expect(sandbox.effects().isEmpty)
            sandbox.change { $0.faults.dropAfterEffect.next = 1 }
            await #expect(throws: HTTPClientError.remoteConnectionClosed) { try await caller.send(request) }
            #expect(sandbox.effects().count == 1)
            let replayed = try await caller.send(request)
            #expect(replayed.headers["idempotent-replayed"] == ["true"])
            #expect(sandbox.requests().map(\.wire) == [.dropBeforeEffect, .dropAfterEffect, .answer])
        }
    }

    @Test func `a window that is full answers 429 until the clock has moved on`() async throws {
        let (moves, move) = (ManualClock(), 2000 as Int64)
        let clock = SandboxClock(now: { moves.now }, pause: { _ in })
        let limit = SandboxRateLimit(requestsMax: 1, windowMilliseconds: move)
        try await serving(SandboxConfiguration(rate: [limit]), clock: clock) { caller, _ in
            #expect(try await caller.send(Calls.get("/journeys/33")).status == 200)
            let refused = try await caller.send(Calls.get("/journeys/33"))
            #expect(refused.status == 429)
            #expect(refused.headers["retry-after"] == ["2"])
            moves.advance(by: move)
            #expect(try await caller.send(Calls.get("/journeys/33")).status == 200)
        }
    }

    @Test func `journeys and keys are checked, and every answer has a request id`() async throws {
        try await serving { caller, _ in
            let listed = try await caller.send(Calls.get("/journeys"))
            let missing = try await caller.send(Calls.get("/journeys/9"))
            let refused = try await caller.send(Calls.trigger("{}", headers: ["authorization": "Bearer pk_x"]))
            #expect(listed.body.contains("\"status\":\"live\""))
            #expect(listed.status == 200)
            #expect(missing.status == 404)
            #expect(refused.status == 401)
            let keyless = try await caller.send(Calls.trigger(Calls.users("a"), key: ""))
            #expect(keyless.body.contains("\"code\":\"idempotency_key_invalid\""))
            for heard in [listed, missing, refused] {
                #expect(heard.headers["x-request-id"].first?.hasPrefix("req_") == true)
            }
        }
    }

    @Test func `a body over the limit is not read to its end`() async throws {
        var configuration = SandboxConfiguration()
        configuration.bodyBytesMax = 1000
        try await serving(configuration) { caller, _ in
            let heard = try await caller.send(Calls.trigger(String(repeating: " ", count: 100_000)))
            #expect(heard.status == 413)
        }
    }

    @Test func `a body can be cut short, go on without end, or come as gzip`() async throws {
        try await serving { caller, sandbox in
            sandbox.change { $0.faults.bodyForm = .truncated }
            await #expect(throws: (any Error).self) { try await caller.send(Calls.trigger(Calls.users("a"))) }
            sandbox.change { $0.faults.bodyForm = .endless }
            await #expect(throws: (any Error).self) { try await caller.send(Calls.trigger(Calls.users("a"))) }
            sandbox.change { $0.faults.bodyForm = .gzip }
            let heard = try await caller.send(Calls.trigger(Calls.users("a")))
            #expect(heard.headers["content-encoding"] == ["gzip"])
            #expect(sandbox.effects().count == 3)
        }
    }

    @Test func `a stalled body prevents neither the client nor the server from ending`() async throws {
        var configuration = SandboxConfiguration()
        configuration.faults.bodyForm = .stalled
        try await serving(configuration) { caller, sandbox in
            let records = sandbox.watch()
            let call = Task { try await caller.send(Calls.trigger(Calls.users("a"))) }
            _ = await records.first { _ in true }
            call.cancel()
            await #expect(throws: (any Error).self) { try await call.value }
        }
    }

    @Test func `the controls change the running sandbox`() async throws {
        try await serving { caller, sandbox in
            let state = try await caller.control("PUT", "/journeys/40", #"{"status":"draft","entrance_ids":[7]}"#)
            #expect(state.body.contains("\"id\":40"))
            #expect(try await caller.send(Calls.trigger(Calls.users("a"), journey: "40")).status == 409)
            _ = try await caller.control("PUT", "/journeys/40", #"{"status":"live"}"#)
            _ = try await caller.control("PUT", "/dialect", #"{"dialect":"count"}"#)
            #expect(
                try await caller.send(Calls.trigger(Calls.users("a"), journey: "40")).body.hasPrefix("{\"count\":1"))
            _ = try await caller.control("PUT", "/faults", #"{"error_before_effect":{"next":1},"error_status":502}"#)
            #expect(try await caller.send(Calls.trigger(Calls.users("a"))).status == 502)
            #expect(try await caller.control("PUT", "/faults", #"{"eror":1}"#).status == 400)
            _ = try await caller.control("POST", "/quota", #"{"credit":0}"#)
            #expect(try await caller.send(Calls.trigger(Calls.users("a"))).status == 402)
            _ = try await caller.control("PUT", "/keys", #"{"revoke":["sk_sandbox"]}"#)
            #expect(try await caller.send(Calls.trigger(Calls.users("a"))).status == 401)
            let log = try await caller.control("GET", "/log")
            #expect(log.body.split(separator: "\n").map(String.init) == sandbox.records().map(\.line))
            #expect(try await caller.control("GET", "/nothing").status == 404)
        }
    }

    @Test func `a watcher receives each record`() async throws {
        try await serving { caller, sandbox in
            let records = sandbox.watch()
            _ = try await caller.send(Calls.trigger(Calls.users("a")))
            var seen: [Int64] = []
            for await record in records.prefix(2) {
                seen.append(record.sequence)
            }
            #expect(seen == [1, 2])
        }
    }

    @Test func `a port in use is an error`() async throws {
        try await serving { caller, _ in
            await #expect(throws: (any Error).self) {
                try await SandboxServer.serving(SandboxConfiguration(port: caller.port)) { _, _ in }
            }
        }
    }
}
