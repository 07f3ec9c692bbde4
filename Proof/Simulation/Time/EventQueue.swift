import Synchronization

/// The event queue of the simulation, and its time in milliseconds.
///
/// The simulated time is independent of any real clock. It stands still while a process can run. Then it advances to
/// the time of the next event.
final class EventQueue: Sendable {
    private struct Entry {
        var at: Int64
        var number: Int
        var action: @Sendable () -> Void
    }

    private struct State {
        var now: Int64
        var number = 0
        var entries: [Entry] = []
    }

    private let state: Mutex<State>

    init(startingAt now: Int64) { state = Mutex(State(now: now)) }

    var now: Int64 { state.withLock(\.now) }

    /// Adds an event and returns its number. Events of the same time run in the order in which they were added. A time
    /// in the past stands for now.
    @discardableResult
    func at(_ time: Int64, _ action: @escaping @Sendable () -> Void) -> Int {
        state.withLock { state in
            state.number += 1
            let entry = Entry(at: max(time, state.now), number: state.number, action: action)
            let index = state.entries.lastIndex { $0.at <= entry.at }.map { $0 + 1 } ?? 0
            state.entries.insert(entry, at: index)
            return entry.number
        }
    }

    func after(_ milliseconds: Int64, _ action: @escaping @Sendable () -> Void) {
        at(now + milliseconds, action)
    }

    func remove(_ number: Int) {
        state.withLock { $0.entries.removeAll { $0.number == number } }
    }

    /// Advances to the next event and runs it. Returns false when there is no event until `end`.
    func step(until end: Int64) -> Bool {
        let entry = state.withLock { state -> Entry? in
            guard let first = state.entries.first, first.at <= end else { return nil }
            state.entries.removeFirst()
            state.now = first.at
            return first
        }
        entry?.action()
        return entry != nil
    }
}
