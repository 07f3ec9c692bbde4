import AsyncHTTPClient
import Delivery
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Sends frozen requests to the Spotzee API over keep-alive connections (Spotzee API reference, release 2026-04-28).
///
/// Redirects are not followed, nothing is retried here, and every answer or silence is returned for others to judge.
public final class SpotzeeSender: BatchSender {
    private let client: HTTPClient
    let keys: APIKeyRing
    private let limit: ConnectionLimit
    private let timeout: Duration
    private let agent: String

    /// - Parameters:
    ///   - timeout: for one request, from the moment it has a connection's place to the last byte of the answer; what
    ///     has come of an answer by then is one that was cut off.
    ///   - agent: the `User-Agent`.
    public init(keys: APIKeyRing, connections: Int, timeout: Duration, agent: String) {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = .nanoseconds(min(timeout, .seconds(10)).nanoseconds)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
        self.keys = keys
        self.timeout = timeout
        self.agent = agent
        limit = ConnectionLimit(connections)
    }

    /// Closes the connections; to be called once, when nothing is sent any more.
    public func shutdown() async throws {
        try await client.shutdown()
    }

    public var apiKeyFingerprints: [String] { keys.fingerprints }

    public func send(_ batch: Batch) async -> Answer {
        guard let secret = keys.secret(for: batch.apiKeyFingerprint) else {
            return .notSent(reason: "the API key this request belongs to is not at hand")
        }
        var request = post(batch.target, secret: secret, key: batch.key, body: batch.body)
        if let traceparent = batch.traceparent { request.headers.add(name: "traceparent", value: traceparent) }
        return await execute(request)
    }

    public func sendWithoutEffect(key: String, target: Target) async -> Answer {
        guard let secret = keys.current else { return .notSent(reason: "no API key") }
        let body = target.entrance == nil ? #"{"users":[]}"# : "{}"
        return await execute(post(target, secret: secret, key: key, body: Array(body.utf8)))
    }

    public func read(journey target: Target) async -> JourneyReport {
        guard let secret = keys.current else { return JourneyReport(reading: .unreadable) }
        let request = request(.GET, "\(target.url)/journeys/\(target.journey)", target, secret: secret)
        guard case .response(let response) = await execute(request) else {
            return JourneyReport(reading: .unreadable)
        }
        return JourneyReport(reading: reading(of: response), response: response)
    }

    private struct JourneyBody: Decodable {
        let status: String
    }

    private func reading(of response: Response) -> Response.JourneyReading {
        switch response.status {
        case 200: break
        case 401, 403: return .forbidden
        case 404: return .missing
        default: return .unreadable
        }
        do {
            return try JSONDecoder().decode(JourneyBody.self, from: Data(response.body)).status == "live"
                ? .live : .notLive
        } catch {
            return .unreadable
        }
    }

    private func post(_ target: Target, secret: String, key: String, body: [UInt8]) -> HTTPClientRequest {
        var request = request(.POST, "\(target.url)/journeys/\(target.journey)/trigger", target, secret: secret)
        request.headers.add(name: "Idempotency-Key", value: key)
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(ByteBuffer(bytes: body))
        return request
    }

    func request(_ method: HTTPMethod, _ url: String, _ target: Target, secret: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url)
        request.method = method
        request.headers.add(name: "Authorization", value: "Bearer \(secret)")
        request.headers.add(name: "Spotzee-Version", value: target.version)
        request.headers.add(name: "User-Agent", value: agent)
        return request
    }

    func execute(_ request: HTTPClientRequest) async -> Answer {
        await limit.acquire()
        defer { limit.release() }
        return await withTaskGroup(of: Answer?.self) { group in
            group.addTask { await self.exchange(request) }
            group.addTask { await self.waitForTimeout() }
            // The client's own deadline ends with the head: a body that drips would hold its place for ever.
            if case .some(.some(let answer)) = await group.next() {
                group.cancelAll()
                return answer
            }
            group.cancelAll()
            return await group.next()?.flatMap { $0 } ?? .silence(reason: Self.lateReason)
        }
    }

    private func exchange(_ request: HTTPClientRequest) async -> Answer {
        do {
            let response = try await client.execute(
                request, deadline: .now() + .nanoseconds(timeout.nanoseconds))
            return .response(await ResponseReader().read(response))
        } catch is CancellationError {
            return .silence(reason: Self.lateReason)
        } catch {
            return Self.answer(to: error)
        }
    }

    private static let lateReason = "no answer within request_timeout"

    private func waitForTimeout() async -> Answer? {
        // The event loop forgets a timer that is cancelled; a sleeping task's stays until its time, 800 bytes each: at a
        // thousand requests a second they came to 24 MiB.
        let timer = MultiThreadedEventLoopGroup.singleton.any()
            .scheduleTask(in: .nanoseconds(timeout.nanoseconds)) {}
        await withTaskCancellationHandler {
            do { try await timer.futureResult.get() } catch {
                // The answer was there first.
            }
        } onCancel: {
            timer.cancel()
        }
        return nil
    }

    /// An error before there was a connection proves that no byte left; any other is a silence.
    static func answer(to error: any Error) -> Answer {
        let reason = String(describing: error)
        switch error {
        case is NIOConnectionError: return .notSent(reason: reason)
        case let error as HTTPClientError where Self.beforeConnection.contains(error): return .notSent(reason: reason)
        case let error as IOError where error.errnoCode == ECONNREFUSED: return .notSent(reason: reason)
        default: return .silence(reason: reason)
        }
    }

    private static let beforeConnection: [HTTPClientError] = [
        .connectTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout,
    ]
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
