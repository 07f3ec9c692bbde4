import Foundation

extension StateFolders {
    /// Copies another database's ledger into this one's folder, behind what is there, durably.
    public func takeLedger(of source: Binding, into binding: Binding) throws {
        try write(binding)
        let (source, folder) = (folderPath(source.folder), folderPath(binding.folder))
        let segments = try LedgerSegment.all(in: source)
        var number = try LedgerSegment.all(in: folder).last?.number ?? 0
        for segment in segments {
            number += 1
            let copy = LedgerSegment(day: segment.day, number: number, isResolved: segment.isResolved)
            let target = "\(folder)/\(copy.name)"
            do {
                let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(source)/\(segment.name)"))
                try DurableFile.write(bytes, to: target)
            } catch let failure as StateFailure {
                throw failure
            } catch {
                throw StateFailure(path: target, reason: error.localizedDescription)
            }
        }
    }
}
