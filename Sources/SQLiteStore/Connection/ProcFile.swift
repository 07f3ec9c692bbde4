import Foundation

/// Reads a file that the kernel generates while it is read (proc(5)). It has no size and arrives in short pieces.
enum ProcFile {
    static let bytesMax = 16 << 20

    /// The whole text, up to `bytesMax`; empty when there is no such file, or when this user may not read it.
    static func text(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < bytesMax {
            let count = read(descriptor, &piece, piece.count)
            guard count > 0 else { break }
            bytes += piece.prefix(count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
