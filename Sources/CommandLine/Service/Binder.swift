import Deployment
import Foundation
import SQLiteStore

/// Writes down, outside the database and in it, that they belong together.
///
/// Outside first, as what is about to be: whatever a crash leaves is recognised at the next start, without an alarm.
struct Binder {
    let look: RecognitionLook
    let identity: OutboxIdentity

    /// The binding, complete; nil for a database that is not to be bound.
    func bind(_ verdict: IdentityVerdict) throws -> Binding? {
        switch verdict {
        case .bind(let uuid): return try bindNew(uuid ?? UUID().uuidString.lowercased())
        case .knownByName:
            guard let uuid = try identity.identityRecord().uuid else { return nil }
            return try bindNew(uuid)
        case .known(let binding):
            guard let uuid = binding.uuid else { return nil }
            try identity.bind(uuid: uuid, at: look.site)
            try look.folders.settle(binding)
            return binding
        case .adopt, .refused: return nil
        }
    }

    private func bindNew(_ uuid: String) throws -> Binding {
        let path = look.site.database
        let begun = try look.folders.bindings().first { $0.path == path && $0.uuid == nil }
        var binding = Binding(
            folder: begun?.folder ?? StateFolders.folderName(forDatabase: path), path: path, uuid: nil, next: uuid)
        try look.folders.settle(binding)
        try identity.bind(uuid: uuid, at: look.site)
        binding.uuid = uuid
        binding.next = nil
        try look.folders.write(binding)
        return binding
    }
}
