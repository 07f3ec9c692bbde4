import Dispatch
import Foundation

/// Tells, by inotify(7), that a process writes to a database's files.
///
/// The directory is watched and not the files, so that a log that is deleted and created again stays watched. Runs of
/// events are merged into one, so that the buffer holds at most one. After an event those that follow are left to the
/// kernel for a while, or each page that a worker writes itself would wake it.
struct FileEvents {
    /// Why the kernel gives no watch.
    struct WatchError: Error, CustomStringConvertible {
        let path: String
        let reason: String
        var description: String { "cannot watch \(path): \(reason)" }
    }

    let events: AsyncStream<Void>
    private let source: any DispatchSourceRead

    /// How long events are left to accumulate after one was reported: the first of a run is reported at once.
    static let pauseMicroseconds: useconds_t = 5000

    /// The events of a write.
    static let writing = UInt32(IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM)
    /// The events of a process that has ended, or has closed a file that it could write to: its locks are free.
    static let closing = UInt32(IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_TO)

    /// Watches the files beside `database` whose names start with its name.
    init(database: String, for mask: UInt32 = writing) throws {
        let url = URL(fileURLWithPath: database).resolvingSymlinksInPath()
        let directory = url.deletingLastPathComponent().path
        let descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard descriptor >= 0 else { throw WatchError(path: directory, reason: String(cString: strerror(errno))) }
        guard inotify_add_watch(descriptor, directory, mask) >= 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw WatchError(path: directory, reason: reason)
        }
        let (events, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.events = events
        source = DispatchSource.makeReadSource(
            fileDescriptor: descriptor, queue: DispatchQueue(label: "file-events"))
        let name = url.lastPathComponent
        source.setEventHandler {
            guard Self.drain(descriptor, concerns: name) else { return }
            continuation.yield()
            // The source has a queue of its own, so that only its own next event waits.
            usleep(Self.pauseMicroseconds)
        }
        source.setCancelHandler { close(descriptor) }
        source.activate()
    }

    func stop() {
        source.cancel()
    }

    /// Reads the accumulated events; true when one is about the database, or the kernel had to drop some.
    ///
    /// It reads once: a process that goes on writing would be followed event by event. The source fires again for the
    /// rest.
    private static func drain(_ descriptor: Int32, concerns name: String) -> Bool {
        var isConcerned = false
        withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: MemoryLayout<inotify_event>.alignment) { buffer in
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            guard count > 0 else { return }
            isConcerned = concerns(name, UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        return isConcerned
    }

    private static func concerns(_ name: String, _ bytes: UnsafeRawBufferPointer) -> Bool {
        let header = MemoryLayout<inotify_event>.size
        var offset = 0
        while offset + header <= bytes.count {
            let event = bytes.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
            let end = min(bytes.count, offset + header + Int(event.len))
            let text = bytes[(offset + header)..<end].prefix { $0 != 0 }
            if event.mask & UInt32(IN_Q_OVERFLOW) != 0 || text.starts(with: name.utf8) { return true }
            offset = end
        }
        return false
    }
}
