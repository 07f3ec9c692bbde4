import Synchronization

/// What the agenda leaves for the loop to do, which alone touches the universe.
final class Errands: Sendable {
    typealias Errand = @Sendable (Universe) throws -> Void
    private let list = Mutex<[Errand]>([])

    func add(_ errand: @escaping Errand) { list.withLock { $0.append(errand) } }

    func takeAll() -> [Errand] {
        list.withLock { list in
            defer { list = [] }
            return list
        }
    }
}
