import Foundation

/// A reader of the files of this machine.
public struct SystemFiles: FileReading {
    public init() {}

    public func read(_ path: String, bytesMax: Int) throws(FileReadingError) -> FileContents {
        // Non-blocking, because opening a named pipe without a writer would otherwise wait without end.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Self.failure(errno) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        // fstat on the open file, not stat on the path, so that the permissions belong to the bytes that are read.
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.failure(errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile }
        let bytes = try Self.bytes(of: handle, bytesMax: bytesMax)
        return FileContents(bytes: bytes, permissions: UInt32(status.st_mode) & 0o777)
    }

    private static func bytes(of handle: FileHandle, bytesMax: Int) throws(FileReadingError) -> [UInt8] {
        let data: Data
        do {
            data = try handle.read(upToCount: bytesMax + 1) ?? Data()
        } catch {
            throw .unreadable(reason: error.localizedDescription)
        }
        guard data.count <= bytesMax else { throw .tooLarge(bytesMax: bytesMax) }
        return [UInt8](data)
    }

    private static func failure(_ code: Int32) -> FileReadingError {
        switch code {
        case ENOENT, ENOTDIR: .missing
        default: .unreadable(reason: String(cString: strerror(code)))
        }
    }
}
