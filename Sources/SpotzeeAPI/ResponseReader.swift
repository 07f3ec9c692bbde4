import AsyncHTTPClient
import Delivery
import NIOCore
import NIOHTTP1

/// Converts an HTTP response to a `Response`, with at most `bodyBytesMax` bytes of its body.
///
/// It never throws: a body that is too long, cut off or cancelled gives a response with `isComplete` false.
struct ResponseReader {
    /// The longest body that is read, in bytes. An answer about 100 users is far shorter.
    static let bodyBytesMax = 1 << 20

    /// The longest request id that is kept, in bytes; the rest is cut off.
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
            // The body also ends without an error when the task is cancelled.
            if Task.isCancelled { response.isComplete = false }
        } catch {
            // The status is known. The missing part of the body proves nothing.
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

    /// The `Date` of an answer that was made now. A cached or replayed answer has the date of an earlier time (RFC
    /// 9111).
    private func date(of headers: HTTPHeaders) -> String? {
        guard headers.first(name: "Age") ?? "0" == "0", !headers.contains(name: "Idempotent-Replayed") else {
            return nil
        }
        return headers.first(name: "Date")
    }

    /// The `X-RateLimit-*` headers; nil when one is missing or not plausible.
    private func rate(of headers: HTTPHeaders) -> RateHeaders? {
        guard let limit = headers.first(name: "X-RateLimit-Limit").flatMap(Int.init), limit > 0,
            let remaining = headers.first(name: "X-RateLimit-Remaining").flatMap(Int.init), remaining >= 0,
            let reset = headers.first(name: "X-RateLimit-Reset").flatMap(Double.init), reset >= 0, reset < 3600
        else { return nil }
        return RateHeaders(limit: limit, remaining: remaining, resetSeconds: reset)
    }
}
