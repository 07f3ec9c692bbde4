import Dispatch
import Foundation

/// The service manager's end of sd_notify(3), as a socket in the test's folder.
final class ServiceManagerSocket {
    let messages: AsyncStream<String>
    private let path: String
    private let source: any DispatchSourceRead

    struct SocketFailure: Error {
        let code: Int32
    }

    init(in folder: URL) throws {
        // The kernel allows 107 bytes.
        let path = "/tmp/notify-\(UUID().uuidString)"
        self.path = path
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SocketFailure(code: errno) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0 else { throw SocketFailure(code: errno) }
        let (messages, message) = AsyncStream.makeStream(of: String.self)
        self.messages = messages
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor)
        source.setEventHandler {
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            if count > 0 { message.yield(String(decoding: bytes.prefix(count), as: UTF8.self)) }
        }
        source.setCancelHandler { close(descriptor) }
        source.activate()
    }

    deinit {
        source.cancel()
        unlink(path)
    }

    func environment(watchdog: Duration) -> [String: String] {
        ["NOTIFY_SOCKET": path, "WATCHDOG_USEC": "\(watchdog.components.seconds * 1_000_000)"]
    }
}
