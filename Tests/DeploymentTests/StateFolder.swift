import Delivery
import Foundation

@testable import Deployment

/// A temporary state directory with the folder of one database. It is removed after the test.
final class StateFolder: Sendable {
    let folders: StateFolders
    let binding = Binding(folder: "app.db-1", path: "/var/lib/app/app.db", uuid: "u1")

    init() throws {
        folders = try StateFolders.open(
            FileManager.default.temporaryDirectory.appendingPathComponent("state-\(UUID().uuidString)").path)
        try folders.write(binding)
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: folders.path)
        } catch {
            print("could not remove \(folders.path): \(error)")
        }
    }

    var path: String { folders.folderPath(binding.folder) }
    var reader: LedgerReader { LedgerReader(folder: path) }
    var segments: [LedgerSegment] { get throws { try LedgerSegment.all(in: path) } }

    func ledger(
        retention: Duration = .seconds(7 * 86_400), now: @escaping @Sendable () -> Date = { Date() }
    ) -> Ledger {
        Ledger(binding, in: folders, retention: retention, now: now, onFailure: { print($0) })
    }
}
