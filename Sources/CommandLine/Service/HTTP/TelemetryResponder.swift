import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import Prometheus

/// Answers scrapes and health checks from memory: no request touches the database.
struct TelemetryResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    let registry: PrometheusRegistry
    let health: WorkerHealth

    @Sendable func respond(to request: Request, context: Context) async throws -> Response {
        guard request.method == .get || request.method == .head else {
            return answer(.methodNotAllowed, "only GET is answered here\n")
        }
        switch request.uri.path {
        case "/metrics": return answer(.ok, registry.text(), type: PrometheusRegistry.contentType)
        case "/healthz":
            return health.isAlive() ? answer(.ok, "ok\n") : answer(.serviceUnavailable, "the worker's loop is stuck\n")
        case "/readyz":
            return health.isReady ? answer(.ok, "ready\n") : answer(.serviceUnavailable, "starting or stopping\n")
        default: return answer(.notFound, "try /metrics, /healthz or /readyz\n")
        }
    }

    private func answer(
        _ status: HTTPResponse.Status, _ text: String, type: String = "text/plain; charset=utf-8"
    ) -> Response {
        Response(
            status: status, headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
