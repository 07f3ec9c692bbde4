import Foundation
import NIOCore
import NIOPosix

/// A server on loopback that sends arbitrary bytes as answers.
final class RawServer: Sendable {
    /// The parts of a request that the tests need: its line, its headers in lower case, and its body.
    struct Request: Sendable {
        let line: String
        let headers: [String: String]
        let body: [UInt8]
    }

    enum AnswerStep: Sendable {
        case bytes([UInt8])
        /// Repeats the same bytes with a pause, until the peer closes or the given number of times.
        case again([UInt8], every: Duration, times: Int)
        case pause(Duration)
        /// Closes; `isReset` with a reset.
        case close(isReset: Bool)
    }

    let port: Int
    private let channel: any Channel

    init(answer: @escaping @Sendable (Request) -> [AnswerStep]) async throws {
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(RawAnswers(answer: answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
    }

    func close() async throws {
        try await channel.close()
    }
}

/// Reads one request after the other, and sends its answer.
private final class RawAnswers: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let answer: @Sendable (RawServer.Request) -> [RawServer.AnswerStep]
    private var received: [UInt8] = []

    init(answer: @escaping @Sendable (RawServer.Request) -> [RawServer.AnswerStep]) {
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += unwrapInboundIn(data).readableBytesView
        while let request = take() {
            Self.begin(answer(request), on: context.channel)
        }
    }

    /// Ends when the peer closes the connection, because writes then fail.
    private static func begin(_ steps: [RawServer.AnswerStep], on channel: any Channel) {
        Task { try await play(steps, on: channel) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func take() -> RawServer.Request? {
        let text = String(decoding: received.prefix(65_536), as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        let headers = lines.dropFirst().reduce(into: [String: String]()) { headers, line in
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
        }
        let start = text[..<end.upperBound].utf8.count
        let length = headers["content-length"].flatMap(Int.init) ?? 0
        guard received.count >= start + length else { return nil }
        defer { received.removeFirst(start + length) }
        return RawServer.Request(
            line: lines.first ?? "", headers: headers, body: Array(received[start..<(start + length)]))
    }

    private static func play(_ steps: [RawServer.AnswerStep], on channel: any Channel) async throws {
        for step in steps {
            switch step {
            case .bytes(let bytes): try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
            case .again(let bytes, let pause, let times):
                let buffer = ByteBuffer(bytes: bytes)
                for _ in 0..<times {
                    try await channel.writeAndFlush(buffer).get()
                    if pause > .zero { try await Task.sleep(for: pause) }
                }
            case .pause(let time): try await Task.sleep(for: time)
            case .close(let isReset):
                if isReset {
                    let options = channel as? any SocketOptionProvider
                    try await options?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
                }
                try await channel.close().get()
            }
        }
    }
}
