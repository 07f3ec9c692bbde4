import Synchronization

/// The simulation's own time, in milliseconds, and what is to happen in it.
///
/// Nothing here knows a real clock: time stands still while anybody can run, and then jumps to the next entry.
final class Agenda: Sendable {
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

    /// Puts an action down; of two at one time the earlier put down comes first.
    @discardableResult
    func at(_ time: Int64, _ action: @escaping @Sendable () -> Void) -> Int {
        state.withLock { state in
            state.number += 1
            let entry = Entry(at: max(time, state.now), number: state.number, action: action)
            let place = state.entries.lastIndex { $0.at <= entry.at }.map { $0 + 1 } ?? 0
            state.entries.insert(entry, at: place)
            return entry.number
        }
    }

    func after(_ milliseconds: Int64, _ action: @escaping @Sendable () -> Void) {
        at(now + milliseconds, action)
    }

    func remove(_ number: Int) {
        state.withLock { $0.entries.removeAll { $0.number == number } }
    }

    /// Goes on to the next entry and does it; false when there is none before the end.
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
