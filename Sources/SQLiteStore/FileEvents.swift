import Dispatch
import Foundation

/// Tells, by inotify(7), that somebody writes to a database's files.
///
/// The directory is watched, not the files: a log that is deleted and made anew stays watched. Runs of events are merged
/// into one, so that the buffer holds at most one.
struct FileEvents {
    struct Failure: Error, CustomStringConvertible {
        let path: String
        let reason: String
        var description: String { "cannot watch \(path): \(reason)" }
    }

    let events: AsyncStream<Void>
    private let source: any DispatchSourceRead

    /// What tells that somebody writes.
    static let writing = UInt32(IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM)
    /// What tells that a process has ended or closed a file it could write to, and so has lost its locks.
    static let closing = UInt32(IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_TO)

    /// Watches the files beside `database` whose names start with its name.
    init(database: String, for mask: UInt32 = writing) throws {
        let url = URL(fileURLWithPath: database).resolvingSymlinksInPath()
        let directory = url.deletingLastPathComponent().path
        let descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard descriptor >= 0 else { throw Failure(path: directory, reason: String(cString: strerror(errno))) }
        guard inotify_add_watch(descriptor, directory, mask) >= 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw Failure(path: directory, reason: reason)
        }
        let (events, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.events = events
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor)
        let name = url.lastPathComponent
        source.setEventHandler {
            if Self.drain(descriptor, concerns: name) { continuation.yield() }
        }
        source.setCancelHandler { close(descriptor) }
        source.activate()
    }

    func stop() {
        source.cancel()
    }

    /// Reads what has piled up; true when any of it is about the database, or the kernel had to drop some.
    private static func drain(_ descriptor: Int32, concerns name: String) -> Bool {
        var isConcerned = false
        withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: MemoryLayout<inotify_event>.alignment) { buffer in
            // One event is at least a header; a full queue of 16,384 events empties within this many reads.
            for _ in 0..<1024 {
                let count = read(descriptor, buffer.baseAddress, buffer.count)
                guard count > 0 else { return }
                isConcerned = concerns(name, UnsafeRawBufferPointer(rebasing: buffer[..<count])) || isConcerned
            }
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
