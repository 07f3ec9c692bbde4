import ArgumentParser
import HummingbirdCore

/// The address that serves metrics and health: `HOST:PORT`, `[ADDRESS]:PORT` or `unix:PATH`.
enum ListenAddress: ExpressibleByArgument, Equatable {
    case tcp(host: String, port: Int)
    case unix(path: String)

    /// The longest path that sockaddr_un holds with its final NUL (unix(7)).
    static let pathBytesMax = 107

    init?(argument: String) {
        if argument.hasPrefix("unix:") {
            let path = String(argument.dropFirst(5))
            guard (1...Self.pathBytesMax).contains(path.utf8.count) else { return nil }
            self = .unix(path: path)
            return
        }
        guard let colon = argument.lastIndex(of: ":"),
            let port = UInt16(argument[argument.index(after: colon)...])
        else { return nil }
        var host = argument[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        self = .tcp(host: String(host), port: Int(port))
    }

    var bind: BindAddress {
        switch self {
        case .tcp(let host, let port): .hostname(host, port: port)
        case .unix(let path): .unixDomainSocket(path: path)
        }
    }

    /// The address as it was given, with the port that was bound.
    func text(boundPort: Int?) -> String {
        switch self {
        case .tcp(let host, let port): "\(host.contains(":") ? "[\(host)]" : host):\(boundPort ?? port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
