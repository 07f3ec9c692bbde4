/// The exclusive right to be the worker of a database. It ends when the value is released or the process ends.
public protocol WorkerLease: AnyObject, Sendable {}

/// Why the lease could not be taken.
public struct WorkerLeaseError: Error, Equatable, CustomStringConvertible {
    public let description: String

    public init(description: String) {
        self.description = description
    }
}
