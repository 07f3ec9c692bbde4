import Synchronization

/// A clock that the test moves.
final class Mover: Sendable {
    private let time = Mutex<Int64>(1_777_000_000_000)

    var now: Int64 { time.withLock { $0 } }

    func advance(by milliseconds: Int64) {
        time.withLock { $0 += milliseconds }
    }
}
