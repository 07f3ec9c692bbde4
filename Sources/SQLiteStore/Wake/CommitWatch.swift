import Delivery
import GRDB
import Synchronization

/// Notices commits of other processes within milliseconds, and costs next to nothing while there are none.
///
/// An inotify event tells that a commit is under way, not that it can be read: at `synchronous=FULL` the event comes
/// first. After an event `PRAGMA data_version` is therefore read at growing intervals until it changes. It is also read
/// at a slow interval without any event. When such a reading finds a commit for which no event came, the file system
/// sends no events, and the interval becomes short. The version is read on the worker's own connection, whose own
/// commits do not change it (sqlite.org/pragma.html#pragma_data_version).
public struct CommitWatch: CommitSource {
    /// How often the version is read while events come.
    public static let slowInterval: Duration = .seconds(10)
    /// How often the version is read where no events come, or where the kernel gives no watch at all.
    static let blindInterval: Duration = .milliseconds(50)
    /// The waits between readings after an event: eight seconds in all, since a slow disk delays a commit. Another
    /// event begins them anew.
    static let looks: [Duration] = [0, 1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096]
        .map { .milliseconds($0) }

    private enum Cause {
        case event, time
    }

    /// How often the version is read without an event; it becomes shorter once no events come.
    private final class Interval: Sendable {
        private let length: Mutex<Duration>
        init(_ length: Duration) { self.length = Mutex(length) }
        var current: Duration { length.withLock { $0 } }
        func shorten(to shorter: Duration) { length.withLock { $0 = shorter } }
    }

    private let database: String
    private let interval: Duration
    private let version: @Sendable () async throws -> Int64

    /// - Parameters:
    ///   - interval: how often the version is read while events come.
    ///   - version: reads `PRAGMA data_version`, always on the same connection; throws `StoreError.replaced` when that
    ///     is no longer a connection to the file at the path.
    public init(
        database: String, interval: Duration = slowInterval, version: @escaping @Sendable () async throws -> Int64
    ) {
        self.database = database
        self.interval = interval
        self.version = version
    }

    public func watch(_ notify: @escaping @Sendable () -> Void) async throws {
        let files = Self.files(of: database)
        defer { files?.stop() }
        let events = files?.events
        // One of each kind at most: an event is never lost to a tick.
        let (looks, look) = AsyncStream.makeStream(of: Cause.self, bufferingPolicy: .bufferingNewest(2))
        let signal = WakeSignal()
        let interval = Interval(events == nil ? Self.blindInterval : interval)
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            if let events {
                group.addTask {
                    for await _ in events {
                        signal.set()
                        look.yield(.event)
                    }
                }
            }
            group.addTask { await Self.tick(every: interval) { look.yield(.time) } }
            var last: Int64?
            var hasUnannounced = false
            for await cause in looks {
                if cause == .event { signal.clear() }
                let seen = try await cause == .event ? nextVersion(after: last, until: signal) : versionNow(else: last)
                // Two commits were found by time with no event in between: the file system sends none.
                if cause == .time, last != nil, seen != last {
                    if hasUnannounced { interval.shorten(to: Self.blindInterval) }
                    hasUnannounced = true
                }
                if cause == .event { hasUnannounced = false }
                if seen != last { notify() }
                last = seen
            }
        }
        try Task.checkCancellation()
    }

    /// The version once it differs from `last`, or as it is after the last look or the next event.
    private func nextVersion(after last: Int64?, until signal: WakeSignal) async throws -> Int64? {
        var seen = last
        for pause in Self.looks {
            if pause > .zero, try await signal.wait(atMost: pause) { return seen }
            seen = try await versionNow(else: last)
            if seen != last { return seen }
        }
        return seen
    }

    private func versionNow(else last: Int64?) async throws -> Int64? {
        do { return try await version() } catch StoreError.busy { return last }
    }

    /// Nil where the kernel gives no more watches: the version is then read more often instead.
    private static func files(of database: String) -> FileEvents? {
        do { return try FileEvents(database: database) } catch { return nil }
    }

    private static func tick(every interval: Interval, _ look: () -> Void) async {
        do {
            while true {
                look()
                try await Task.sleep(for: interval.current, tolerance: interval.current / 10)
            }
        } catch { return }
    }
}
