import AsyncHTTPClient
import Delivery
import NIOCore
import NIOHTTP1

/// Turns what came over the wire into a `Response`, reading no more of the body than the limit.
struct ResponseReader {
    /// More than any honest answer about 100 users needs.
    static let bodyBytesMax = 1 << 20

    static let requestIDBytesMax = 100

    func read(_ raw: HTTPClientResponse) async -> Response {
        var response = head(of: raw)
        do {
            for try await var part in raw.body {
                let room = Self.bodyBytesMax - response.body.count
                response.body += part.readBytes(length: min(room, part.readableBytes)) ?? []
                if part.readableBytes > 0 {
                    response.isComplete = false
                    break
                }
            }
            // Being told to stop looks like the end of the body.
            if Task.isCancelled { response.isComplete = false }
        } catch {
            // The status has been seen; what is missing of the body proves nothing.
            response.isComplete = false
        }
        return response
    }

    private func head(of raw: HTTPClientResponse) -> Response {
        let headers = raw.headers
        return Response(
            status: Int(raw.status.code), contentType: headers.first(name: "Content-Type")?.lowercased() ?? "",
            requestID: headers.first(name: "X-Request-Id").map { $0.clipped(toBytes: Self.requestIDBytesMax) },
            retryAfter: headers.first(name: "Retry-After"),
            isReplayed: headers.first(name: "Idempotent-Replayed")?.lowercased() == "true",
            date: date(of: headers), rate: rate(of: headers))
    }

    /// The date of an answer made just now: one that a cache has kept, or a replay, tells another time's.
    private func date(of headers: HTTPHeaders) -> String? {
        guard headers.first(name: "Age") ?? "0" == "0", !headers.contains(name: "Idempotent-Replayed") else {
            return nil
        }
        return headers.first(name: "Date")
    }

    private func rate(of headers: HTTPHeaders) -> RateHeaders? {
        guard let limit = headers.first(name: "X-RateLimit-Limit").flatMap(Int.init), limit > 0,
            let remaining = headers.first(name: "X-RateLimit-Remaining").flatMap(Int.init), remaining >= 0,
            let reset = headers.first(name: "X-RateLimit-Reset").flatMap(Double.init), reset >= 0, reset < 3600
        else { return nil }
        return RateHeaders(limit: limit, remaining: remaining, resetSeconds: reset)
    }
}
