import Delivery
import Foundation
import GRDB

/// Notices commits of other processes by `PRAGMA data_version` (sqlite.org/pragma.html#pragma_data_version).
public struct CommitPoll: CommitSource {
    private let path: String
    private let interval: Duration

    public init(path: String, interval: Duration = .milliseconds(20)) {
        self.path = path
        self.interval = interval
    }

    public func watch(_ notify: @escaping @Sendable () -> Void) async throws {
        let queue = try OutboxConnection.open(path, label: "commits")
        var last: Int64?
        while true {
            let version = try await queue.read { try Int64.fetchOne($0, sql: "PRAGMA data_version") }
            if version != last { notify() }
            last = version
            try await Task.sleep(for: interval)
        }
    }
}
