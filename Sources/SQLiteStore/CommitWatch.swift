import Delivery
import GRDB

/// Notices commits of other processes within milliseconds, and costs next to nothing while there are none.
///
/// An inotify event tells that a commit is under way, not that it can be seen: at `synchronous=FULL` the event comes
/// first. So after an event `PRAGMA data_version` is looked at, at growing intervals, until it changes; and twice a
/// second in any case, where the file system sends no events. The version is read on the worker's own connection, which
/// its own commits do not change (sqlite.org/pragma.html#pragma_data_version).
public struct CommitWatch: CommitSource {
    /// How often to look where no event comes.
    static let slowInterval: Duration = .milliseconds(500)
    /// The looks after an event: for a quarter of a second in all.
    static let looks: [Duration] = [0, 1, 1, 2, 4, 8, 16, 32, 64, 128].map { .milliseconds($0) }

    private let database: String
    private let version: @Sendable () async throws -> Int64

    /// - Parameter version: reads `PRAGMA data_version`, always on the same connection.
    public init(database: String, version: @escaping @Sendable () async throws -> Int64) {
        self.database = database
        self.version = version
    }

    public func watch(_ notify: @escaping @Sendable () -> Void) async throws {
        let files = try FileEvents(database: database)
        defer { files.stop() }
        let events = files.events
        let (looks, look) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { for await _ in events { look.yield() } }
            group.addTask { await Self.tick { look.yield() } }
            var last: Int64?
            for await _ in looks {
                let seen = try await nextVersion(after: last)
                if seen != last { notify() }
                last = seen
            }
        }
        try Task.checkCancellation()
    }

    /// The version once it differs from `last`, or as it is after the last look.
    private func nextVersion(after last: Int64?) async throws -> Int64? {
        var seen = last
        for pause in Self.looks {
            if pause > .zero { try await Task.sleep(for: pause, tolerance: .zero) }
            do {
                seen = try await version()
            } catch StoreError.busy {
                continue
            }
            if seen != last { return seen }
        }
        return seen
    }

    private static func tick(_ look: () -> Void) async {
        do {
            while true {
                look()
                try await Task.sleep(for: slowInterval)
            }
        } catch { return }
    }
}
