import Foundation

/// Reads a descriptor line by line. The length of a line and of the whole input are bounded.
struct LineReader {
    static let lineBytesMax = 128 * 1024
    /// All lines are inserted in one transaction, and are kept in memory until it starts.
    static let bytesMax = 64 * 1024 * 1024

    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false
    private var total = 0
    /// The number of the line that `next` returned last, the first being 1.
    private(set) var number = 0

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// The next line without its end; nil after the last.
    mutating func next() throws(LineFault) -> [UInt8]? {
        // The number of bytes after `start` that contain no line end.
        var searched = 0
        while true {
            if let end = buffer[(start + searched)...].firstIndex(of: UInt8(ascii: "\n")) {
                return try take(upTo: end, skipping: 1)
            }
            searched = buffer.count - start
            guard buffer.count - start <= Self.lineBytesMax else { return try take(upTo: buffer.count, skipping: 0) }
            if isAtEnd { return start < buffer.count ? try take(upTo: buffer.count, skipping: 0) : nil }
            try fill()
        }
    }

    private mutating func take(upTo end: Int, skipping: Int) throws(LineFault) -> [UInt8] {
        number += 1
        guard end - start <= Self.lineBytesMax else {
            throw LineFault(line: number, message: "it is longer than \(Self.lineBytesMax / 1024) KiB")
        }
        let line = Array(buffer[start..<end])
        start = end + skipping
        return line
    }

    private mutating func fill() throws(LineFault) {
        if start > 0 {
            buffer.removeSubrange(..<start)
            start = 0
        }
        let old = buffer.count
        let size = 64 * 1024
        buffer.append(contentsOf: repeatElement(0, count: size))
        let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress?.advanced(by: old), size) }
        let reason = String(cString: strerror(errno))
        buffer.removeLast(size - max(0, count))
        guard count >= 0 else { throw LineFault(line: number + 1, message: "it cannot be read: \(reason)") }
        isAtEnd = count == 0
        total += count
        guard total <= Self.bytesMax else {
            let message = "the input is over \(Self.bytesMax >> 20) MiB: split it, each part is one transaction"
            throw LineFault(line: number + 1, message: message)
        }
    }
}

/// The fault of a line of input, as a sentence.
struct LineFault: Error, Equatable, CustomStringConvertible {
    let line: Int
    let message: String

    var description: String { "line \(line): \(message)" }
}
