import Foundation
import PlainText

/// Writes results to stdout, and all other messages to stderr.
enum Output {
    static func print(_ text: PlainText) {
        write(text + "\n", to: STDOUT_FILENO)
    }

    static func error(_ text: PlainText) {
        write(text + "\n", to: STDERR_FILENO)
    }

    static func write(_ text: PlainText, to descriptor: Int32) {
        var bytes = Array(text.text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            // The reader has closed the stream. There is no other place to report it.
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
