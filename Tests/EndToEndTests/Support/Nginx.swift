import Foundation

/// Debian's nginx as a plain process on a loopback port, with `limit_req` in front of another server.
final class Nginx: Sendable {
    static let program = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    struct NginxFailure: Error {
        let reason: String
    }

    let port: Int
    /// The process ends with this object.
    private let process: ChildProcess

    /// - Parameter limit: parameters in nginx's syntax, such as `rate=50r/s` and `burst=25 nodelay`.
    init(before upstream: Int, rate: String, burst: String, in folder: URL) async throws {
        guard let program = Self.program else { throw NginxFailure(reason: "nginx is not installed") }
        port = try Self.freePort()
        let file = folder.appendingPathComponent("nginx.conf")
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map { "\($0)_temp_path \(folder.path)/nginx-\($0);" }.joined(separator: " ")
        try """
        daemon off; master_process off; pid \(folder.path)/nginx.pid; error_log \(folder.path)/nginx.log;
        events { worker_connections 256; }
        http {
          access_log off; \(temporary)
          limit_req_zone $server_port zone=all:1m rate=\(rate);
          upstream api { server 127.0.0.1:\(upstream); keepalive 32; }
          server {
            listen 127.0.0.1:\(port);
            limit_req zone=all burst=\(burst); limit_req_status 429;
            location / { proxy_pass http://api; proxy_http_version 1.1; proxy_set_header Connection ""; }
          }
        }
        """.write(to: file, atomically: true, encoding: .utf8)
        process = try ChildProcess(
            ["-p", folder.path, "-c", file.path, "-e", "\(folder.path)/nginx.log"], program: program, in: folder)
        for _ in 0..<500 where !Self.answers(port) { try await Task.sleep(for: .milliseconds(20)) }
        guard Self.answers(port) else { throw NginxFailure(reason: "nginx does not listen") }
    }

    private static func freePort() throws -> Int {
        let (descriptor, address) = try open(port: 0) { bind($0, $1, $2) }
        defer { close(descriptor) }
        var bound = address
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &bound) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard code == 0 else { throw NginxFailure(reason: "no free port") }
        return Int(UInt16(bigEndian: bound.sin_port))
    }

    private static func answers(_ port: Int) -> Bool {
        guard let (descriptor, _) = try? open(port: port, { connect($0, $1, $2) }) else { return false }
        close(descriptor)
        return true
    }

    private static func open(
        port: Int, _ use: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws -> (Int32, sockaddr_in) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                use(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else {
            close(descriptor)
            throw NginxFailure(reason: String(cString: strerror(errno)))
        }
        return (descriptor, address)
    }
}
