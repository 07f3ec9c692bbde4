import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// Carries requests from the socket to the stand-in, and replies back in the form the faults ask for.
struct SandboxResponder: HTTPResponder {
    /// Knows the connection, which a reply may have to cut.
    struct ConnectionContext: InitializableFromSource, Sendable {
        let channel: any Channel

        init(source: ApplicationRequestContextSource) {
            channel = source.channel
        }
    }

    /// The connection was cut on purpose: there is no answer to write.
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

    /// Reads up to just past the body limit, so that the model sees that it was passed.
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

    /// Announces the whole body and sends the first half of it.
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

    /// Closes the connection; the error keeps the server from writing an answer.
    private func cut(_ channel: any Channel) async -> ConnectionCut {
        do {
            try await channel.close()
        } catch {
            // Closed by the other side already, which is as good.
        }
        return ConnectionCut()
    }
}
