import Foundation
import GRDB
import JourneyOutbox

/// A temporary folder with database files of one test. It is removed with the last reference.
final class Scratch: Sendable {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("outbox-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        do {
            try FileManager.default.removeItem(at: folder)
        } catch {
            print("left behind: \(folder.path): \(error)")
        }
    }

    /// A new connection to a database without the outbox.
    func database(_ name: String = "shop.db") throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        return try DatabaseQueue(path: path(name), configuration: configuration)
    }

    /// A new connection to a database with the outbox.
    func outbox(_ name: String = "shop.db") throws -> DatabaseQueue {
        let queue = try database(name)
        try Outbox.migrate(queue)
        return queue
    }

    func path(_ name: String) -> String {
        folder.appendingPathComponent(name).path
    }

    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: folder.appendingPathComponent(name))
        return path(name)
    }
}
