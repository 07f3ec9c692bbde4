import Deployment
import Foundation
import Operation

/// Stores in the state directory and in the database that they belong together.
///
/// The state directory is written first, with the identity that is about to be stored. The next start recognises the
/// database after a crash at any point, and no adoption is needed.
struct Binder {
    let inspection: IdentityInspection
    let identity: any IdentityStore

    /// The complete binding; nil for a database that must not be bound.
    func bind(_ verdict: IdentityVerdict) throws -> Binding? {
        switch verdict {
        case .bind(let uuid): return try bindNew(uuid ?? UUID().uuidString.lowercased())
        case .knownByName:
            guard let uuid = try identity.identityRecord().uuid else { return nil }
            return try bindNew(uuid)
        case .known(let binding):
            guard let uuid = binding.uuid else { return nil }
            try identity.bind(uuid: uuid, at: inspection.site)
            try inspection.folders.settle(binding)
            return binding
        case .adopt, .refused: return nil
        }
    }

    private func bindNew(_ uuid: String) throws -> Binding {
        let path = inspection.site.database
        let begun = try inspection.folders.bindings().first { $0.path == path && $0.uuid == nil }
        var binding = Binding(
            folder: begun?.folder ?? StateFolders.folderName(forDatabase: path), path: path, uuid: nil, next: uuid)
        try inspection.folders.settle(binding)
        try identity.bind(uuid: uuid, at: inspection.site)
        binding.uuid = uuid
        binding.next = nil
        try inspection.folders.write(binding)
        return binding
    }
}
