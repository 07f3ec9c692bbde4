import Synchronization

/// Every intent that a producer has committed, by its number.
final class Orders: Sendable {
    private let intentions = Mutex<[Int: Intention]>([:])

    func add(_ new: [Intention]) {
        intentions.withLock { for intention in new { $0[intention.number] = intention } }
    }

    subscript(_ number: Int) -> Intention? { intentions.withLock { $0[number] } }
}
