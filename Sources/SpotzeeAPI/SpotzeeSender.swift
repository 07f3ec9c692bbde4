import AsyncHTTPClient
import Delivery
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Sends frozen requests to the Spotzee API over keep-alive connections (Spotzee API reference, release 2026-04-28).
///
/// It makes one attempt for each call: redirects are not followed, and nothing is retried. Every answer and every
/// missing answer is returned unjudged. `notSent` guarantees that no byte of the request left; `silence` means that the
/// API may have executed it.
public final class SpotzeeSender: BatchSender {
    private let client: HTTPClient
    let keys: APIKeyRing
    private let limit: ConnectionLimit
    private let timeout: Duration
    private let agent: String

    /// - Parameters:
    ///   - keys: the API keys.
    ///   - connections: the most connections, and the most requests in flight.
    ///   - timeout: the time for one request, from the start of the exchange to the last byte of the answer. An answer
    ///     that is incomplete at that time counts as cut off.
    ///   - agent: the value of `User-Agent`.
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

    /// Closes the connections. It must be called exactly once, after the last request.
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

    /// The part of `GET /journeys/{id}` that is read.
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
            // The client's own deadline covers the head only: without this timer, a slow body would keep its slot
            // without end.
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
        // An event loop removes a cancelled timer at once. The timer of a sleeping task stays until its time, with 800
        // bytes each: 24 MiB at a thousand requests a second.
        let timer = MultiThreadedEventLoopGroup.singleton.any()
            .scheduleTask(in: .nanoseconds(timeout.nanoseconds)) {}
        await withTaskCancellationHandler {
            do { try await timer.futureResult.get() } catch {
                // The timer was cancelled, because the answer came first.
            }
        } onCancel: {
            timer.cancel()
        }
        return nil
    }

    /// The answer for a client error. Only an error before the connection was established proves that no byte left.
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
