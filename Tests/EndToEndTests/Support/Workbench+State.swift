import Delivery
import Deployment
import Foundation

extension Workbench {
    private var folders: StateFolders {
        get throws { try StateFolders.open(folder.appendingPathComponent("state").path) }
    }

    /// Creates what an earlier worker or a crash leaves in the state directory for a database.
    func remember(path: String, uuid: String?, next: String?) throws {
        let folders = try folders
        let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        var binding =
            try folders.bindings().first { $0.path == real } ?? Binding(folder: "shop-1", path: real, uuid: nil)
        binding.uuid = uuid
        binding.next = next
        try folders.write(binding)
    }

    /// Which of these intents the ledgers prove delivered.
    func proofs(of ids: Set<Int64>) throws -> [Int64] {
        let folders = try folders
        return try folders.bindings().flatMap {
            try LedgerReader(folder: folders.folderPath($0.folder)).proofs(of: ids).keys
        }.sorted()
    }

    /// Removes the ledgers, and keeps the identity records of the databases.
    func forgetDeliveries() throws {
        let folders = try folders
        for binding in try folders.bindings() {
            let path = folders.folderPath(binding.folder)
            for name in try FileManager.default.contentsOfDirectory(atPath: path) where name.hasPrefix("ledger-") {
                try FileManager.default.removeItem(atPath: "\(path)/\(name)")
            }
        }
    }
}
