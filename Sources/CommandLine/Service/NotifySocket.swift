import Foundation

/// The datagram socket on which systemd receives a service's messages (sd_notify(3)).
struct NotifySocket: Sendable {
    private let path: [UInt8]

    /// Nil when there is no such socket, or when its name is longer than an address can be.
    init?(path: String) {
        let bytes = Array(path.utf8).map { $0 == UInt8(ascii: "@") ? 0 : $0 }
        guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path) else { return nil }
        self.path = bytes
    }

    /// Sends one message. A lost message is not repeated: the watchdog restarts a service that sends none.
    func send(_ message: String) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
        let bytes = Array(message.utf8)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, length)
            }
        }
    }
}
