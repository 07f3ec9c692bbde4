import Foundation

/// What could not be read or written below the state directory.
public struct StateFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public let path: String
    public let reason: String

    public init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    /// The reason is that of the last system call.
    init(errnoAt path: String) {
        self.init(path: path, reason: String(cString: strerror(errno)))
    }

    public var description: String {
        "\(path): \(reason); the state directory has to be the service's own and writable by its user"
    }
}
