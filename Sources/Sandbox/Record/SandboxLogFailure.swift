import Foundation

/// The log file could not be opened or written.
///
/// The answer the lines belong to must not leave: the caller closes the connection instead.
public struct SandboxLogFailure: Error, Equatable, CustomStringConvertible {
    public var path: String
    public var errno: Int32

    public var description: String {
        "the sandbox log \(path) cannot be written: \(String(cString: strerror(errno)))"
    }
}
