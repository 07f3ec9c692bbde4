import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// Passes HTTP requests to the sandbox, and sends its replies in the form that the faults define.
struct SandboxResponder: HTTPResponder {
    /// The connection of a request, which a reply may have to close.
    struct ConnectionContext: InitializableFromSource, Sendable {
        let channel: any Channel

        init(source: ApplicationRequestContextSource) {
            channel = source.channel
        }
    }

    /// An error for a connection that was closed intentionally, so that no answer is written.
    struct ConnectionCut: Error {}

    private static let chunkBytes = 64 * 1024
    private static let chunksMax = 16 * 1024
    private static let stallMilliseconds = 600_000
    let sandbox: Sandbox

    @Sendable func respond(to request: Request, context: ConnectionContext) async throws -> Response {
        let asked = try await read(request)
        guard !asked.path.hasPrefix(SandboxControl.prefix) else {
            return whole(SandboxControl(sandbox: sandbox).answer(asked))
        }
        let reply: SandboxReply
        do throws(SandboxLogFailure) {
            reply = try await sandbox.receive(asked)
        } catch {
            throw await cut(context.channel)
        }
        if reply.delayMilliseconds > 0 {
            await sandbox.clock.pause(reply.delayMilliseconds)
        }
        guard reply.wire == .answer else { throw await cut(context.channel) }
        return response(reply, over: context.channel)
    }

    /// Reads the request. It stops behind the body limit, so that the model sees that the body is too long.
    private func read(_ request: Request) async throws -> SandboxRequest {
        var body: [UInt8] = []
        for try await buffer in request.body {
            body += buffer.readableBytesView
            if body.count > sandbox.bodyBytesMax { break }
        }
        var headers: [String: String] = [:]
        for field in request.headers {
            let name = field.name.canonicalName
            headers[name] = headers[name].map { $0 + ", " + field.value } ?? field.value
        }
        return SandboxRequest(
            method: request.method.rawValue, path: request.uri.path, query: request.uri.query, headers: headers,
            body: body)
    }

    private func response(_ reply: SandboxReply, over channel: any Channel) -> Response {
        switch reply.bodyForm {
        case .whole, .gzip:
            return whole(reply)
        case .truncated:
            return partial(reply) { _ in try await channel.close() }
        case .stalled:
            let clock = sandbox.clock
            return partial(reply) { _ in
                await clock.pause(SandboxResponder.stallMilliseconds)
                try await channel.close()
            }
        case .endless:
            return Response(status: status(reply), headers: fields(reply), body: SandboxResponder.endless)
        }
    }

    private func whole(_ reply: SandboxReply) -> Response {
        let body = reply.body.isEmpty ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body))
        return Response(status: status(reply), headers: fields(reply), body: body)
    }

    /// A response that announces the length of the whole body, sends its first half, and then runs `end`.
    private func partial(
        _ reply: SandboxReply, then end: @escaping @Sendable (Int) async throws -> Void
    ) -> Response {
        let half = ByteBuffer(bytes: reply.body.prefix(reply.body.count / 2))
        let body = ResponseBody(contentLength: max(1, reply.body.count)) { writer in
            try await writer.write(half)
            try await end(half.readableBytes)
            throw ConnectionCut()
        }
        return Response(status: status(reply), headers: fields(reply), body: body)
    }

    private static let endless = ResponseBody { writer in
        let chunk = ByteBuffer(repeating: UInt8(ascii: " "), count: chunkBytes)
        for _ in 0..<chunksMax {
            try await writer.write(chunk)
        }
        throw ConnectionCut()
    }

    private func status(_ reply: SandboxReply) -> HTTPResponse.Status {
        HTTPResponse.Status(code: reply.status)
    }

    private func fields(_ reply: SandboxReply) -> HTTPFields {
        var fields = HTTPFields()
        for header in reply.headers {
            if let name = HTTPField.Name(header.name) {
                fields.append(HTTPField(name: name, value: header.value))
            }
        }
        return fields
    }

    /// Closes the connection. The returned error prevents the server from writing an answer.
    private func cut(_ channel: any Channel) async -> ConnectionCut {
        do {
            try await channel.close()
        } catch {
            // The client has closed the connection already.
        }
        return ConnectionCut()
    }
}
