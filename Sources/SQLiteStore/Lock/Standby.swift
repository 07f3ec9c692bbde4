import Delivery
import Foundation

/// Waits for a database's lock, and takes it as soon as its holder has ended.
///
/// The kernel reports by inotify(7) that the holder's file was closed, shortly before it frees the lock. After such an
/// event the lock is tried at growing intervals for an eighth of a second; without events it is tried once a second.
public struct Standby: Sendable {
    /// The waits between tries after an event.
    static let tries: [Duration] = [0, 1, 1, 2, 4, 8, 16, 32, 64].map { .milliseconds($0) }

    let database: String
    let lookInterval: Duration
    let deadline: ContinuousClock.Instant?

    /// - Parameters:
    ///   - lookInterval: how often the lock is tried where no event comes.
    ///   - deadline: when to give up; nil is never.
    public init(
        forDatabase database: String, lookInterval: Duration = .seconds(1),
        until deadline: ContinuousClock.Instant? = nil
    ) {
        self.database = database
        self.lookInterval = lookInterval
        self.deadline = deadline
    }

    /// Returns with the lock.
    ///
    /// Throws `CancellationError` when the task is cancelled before, `WorkerLockError` at the deadline, or when
    /// the lock file cannot be opened.
    /// - Parameters:
    ///   - onWait: called once if the lock is held, with the lock's path and the holder's pid.
    ///   - onLook: called with every look while waiting.
    public func take(
        onWait: @Sendable (_ path: String, _ holder: String) -> Void, onLook: @Sendable () -> Void
    ) async throws -> WorkerLock {
        var isWaiting = false
        while true {
            let file = try LockFile(forDatabase: database)
            if file.lock(forDatabase: database) { return WorkerLock(file) }
            if !isWaiting { onWait(file.path, file.holder) }
            isWaiting = true
            if let lock = try await wait(for: file, onLook) { return lock }
        }
    }

    /// Nil when the file is no longer the one to lock.
    private func wait(for file: LockFile, _ onLook: @Sendable () -> Void) async throws -> WorkerLock? {
        file.showStandby(true)
        defer { file.showStandby(false) }
        let events = Self.events(of: file.path)
        defer { events?.stop() }
        let (looks, look) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let changes = events?.events
        return try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            if let changes { group.addTask { for await _ in changes { look.yield() } } }
            group.addTask {
                while true {
                    look.yield()
                    try await Task.sleep(for: lookInterval)
                }
            }
            if let deadline {
                group.addTask {
                    try await Task.sleep(until: deadline)
                    look.yield()
                }
            }
            for await _ in looks {
                onLook()
                for pause in Self.tries {
                    if pause > .zero { try await Task.sleep(for: pause, tolerance: .zero) }
                    if file.lock(forDatabase: database) { return WorkerLock(file) }
                }
                guard file.isCurrent(forDatabase: database) else { return nil }
                if let deadline, ContinuousClock.now >= deadline {
                    throw WorkerLockError.held(path: file.path, holder: file.holder)
                }
            }
            throw CancellationError()
        }
    }

    /// Nil where the kernel gives no more watches: the lock is then tried once a second.
    private static func events(of path: String) -> FileEvents? {
        do { return try FileEvents(database: path, for: FileEvents.closing) } catch { return nil }
    }
}
