import Delivery
import Dispatch
import Foundation
import Synchronization

/// Records outside the database which intents were delivered, so that deliveries stay known after a restore of a
/// backup.
///
/// The database commits first. The ledger is behind it by at most the one group that is being written.
///
/// Each group is one append, which survives the end of the process at once. The file is synced to disk within
/// `syncDelay` and not with each group. A power cut can therefore remove the last groups, but they are needed only if
/// the database loses the same commits.
///
/// Every worker starts a new segment, so that no record is ever written behind a record that a crash has truncated.
///
/// A failed write does not stop the worker. The group of a failed write is not written again: after a restore, an operator
/// has to decide about its intents. `onFailure` is called once, and the next group goes to a new segment.
public final class Ledger: Sendable {
    /// The longest time between an append and the sync that makes it durable.
    static let syncDelay: Duration = .seconds(1)

    private struct State {
        var binding: Binding
        var file: Int32 = -1
        var segment: LedgerSegment?
        var path = ""
        var bytes = 0
        var isSyncDue = false
        var hasFailed = false
    }

    private let folders: StateFolders
    private let retention: Duration
    private let now: @Sendable () -> Date
    private let onFailure: @Sendable (StateFailure) -> Void
    private let queue = DispatchQueue(label: "ledger")
    private let state: Mutex<State>
    private let pending = Mutex<Task<Void, Never>?>(nil)

    /// - Parameters:
    ///   - binding: the binding of the database, which has been recognised.
    ///   - retention: how long a segment is kept after the end of its day.
    ///   - now: the wall clock, which gives each segment its day.
    ///   - onFailure: called when a write fails and the write before it did not.
    public init(
        _ binding: Binding, in folders: StateFolders, retention: Duration,
        now: @escaping @Sendable () -> Date = { Date() }, onFailure: @escaping @Sendable (StateFailure) -> Void
    ) {
        self.folders = folders
        self.retention = retention
        self.now = now
        self.onFailure = onFailure
        state = Mutex(State(binding: binding))
    }

    deinit {
        state.withLock { if $0.file >= 0 { close($0.file) } }
    }

    /// Starts writing the group of a committed round. The writing continues after this function returns.
    func note(_ group: @escaping @Sendable () -> LedgerGroup) {
        let task = Task { await self.onQueue { self.append(group()) } }
        pending.withLock { $0 = task }
    }

    /// Waits until the last noted group is written.
    func caughtUp() async {
        await pending.withLock { $0 }?.value
    }

    /// Raises the marks in the identity file, which stay known after the segments have been pruned.
    func raise(_ marks: Marks) async {
        await onQueue {
            self.attempt { state in
                state.binding.marks = state.binding.marks.raised(to: marks)
                try self.folders.write(state.binding)
            }
        }
    }

    /// Writes and syncs all groups and the identity file. `note` must not be called afterwards.
    public func finish() async {
        await caughtUp()
        await onQueue {
            self.attempt { state in
                try self.sync(&state)
                try self.folders.write(state.binding)
            }
        }
    }

    /// Stores durably that the open database transaction gives the database another identity.
    ///
    /// - Throws: `StateFailure`; the caller must then roll the transaction back.
    public func renew(_ uuid: String) throws {
        try state.withLock { state in
            state.binding.next = uuid
            try folders.write(state.binding)
            try endSegment(&state)
        }
    }

    // MARK: On the queue

    private func onQueue(_ work: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { continuation in
            queue.async {
                work()
                continuation.resume()
            }
        }
    }

    private func append(_ group: LedgerGroup) {
        attempt { state in
            state.binding.marks = state.binding.marks.raised(
                to: Marks(intents: group.intents, batches: group.batches))
            let day = LedgerSegment.day(now())
            if state.segment?.day != day || state.bytes >= LedgerSegment.bytesMax { try beginSegment(day, &state) }
            try write(.group(group), &state)
            scheduleSync(&state)
        }
    }

    private func attempt(_ work: (inout State) throws -> Void) {
        let failure = state.withLock { state -> StateFailure? in
            do {
                try work(&state)
                state.hasFailed = false
                return nil
            } catch {
                // A partly written record ends a segment for every reader, so the next record goes to a new segment.
                if state.file >= 0 { close(state.file) }
                state.file = -1
                state.segment = nil
                defer { state.hasFailed = true }
                let failure = error as? StateFailure ?? StateFailure(path: state.path, reason: "\(error)")
                return state.hasFailed ? nil : failure
            }
        }
        if let failure { onFailure(failure) }
    }

    private func write(_ record: LedgerRecord, _ state: inout State) throws {
        let bytes = record.bytes
        // The reader takes a longer record for garbage and would ignore all records behind it.
        guard bytes.count - LedgerRecord.headerBytes <= LedgerRecord.payloadBytesMax else {
            throw StateFailure(path: state.path, reason: "a record of \(bytes.count) bytes is too long for the ledger")
        }
        try DurableFile.writeAll(bytes, to: state.file, path: state.path)
        state.bytes += bytes.count
    }

    private func beginSegment(_ day: String, _ state: inout State) throws {
        try endSegment(&state)
        let folder = folders.folderPath(state.binding.folder)
        let last = try LedgerSegment.all(in: folder).last?.number ?? 0
        let segment = LedgerSegment(day: day, number: last + 1)
        state.path = "\(folder)/\(segment.name)"
        state.file = open(state.path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o640)
        guard state.file >= 0 else { throw StateFailure(errnoAt: state.path) }
        state.bytes = 0
        assert(state.binding.uuid != nil || state.binding.next != nil, "a ledger belongs to a bound database")
        try write(.session(uuid: state.binding.next ?? state.binding.uuid ?? ""), &state)
        try DurableFile.syncDirectory(folder)
        state.segment = segment
        try prune(folder, state.binding)
    }

    private func endSegment(_ state: inout State) throws {
        guard state.file >= 0 else { return }
        try sync(&state)
        close(state.file)
        state.file = -1
        state.segment = nil
    }

    /// Removes the segments whose day ended longer ago than the retention. Their marks are stored in the identity file
    /// first.
    private func prune(_ folder: String, _ binding: Binding) throws {
        let before = LedgerSegment.day(now().addingTimeInterval(-retention.seconds - 86_400))
        let old = try LedgerSegment.all(in: folder).filter { $0.day < before }
        guard !old.isEmpty else { return }
        try folders.write(binding)
        for segment in old { unlink("\(folder)/\(segment.name)") }
    }

    private func sync(_ state: inout State) throws {
        guard state.file >= 0 else { return }
        guard fdatasync(state.file) == 0 else { throw StateFailure(errnoAt: state.path) }
    }

    private func scheduleSync(_ state: inout State) {
        guard !state.isSyncDue else { return }
        state.isSyncDue = true
        queue.asyncAfter(deadline: .now() + Self.syncDelay.seconds) {
            self.attempt { state in
                state.isSyncDue = false
                try self.sync(&state)
            }
        }
    }
}
