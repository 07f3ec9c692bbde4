import Foundation

/// The state directory, which has one folder for each database with its `identity.json` and its ledger.
///
/// Every function throws `StateFailure` when a file or directory cannot be read or written.
public struct StateFolders: Sendable {
    /// The most entries in a state directory. No machine serves more databases than this.
    static let foldersMax = 10_000
    static let identityFile = "identity.json"

    public let path: String

    /// - Parameter path: the directory's real path.
    public init(path: String) {
        self.path = path
    }

    /// Opens a configured directory, and creates it with its parents if it does not exist. Symbolic links are resolved.
    ///
    /// - Throws: `StateFailure` when it cannot be created or is not writable.
    public static func open(_ path: String) throws -> StateFolders {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        } catch {
            throw StateFailure(path: path, reason: error.localizedDescription)
        }
        let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        guard access(real, W_OK | X_OK) == 0 else { throw StateFailure(errnoAt: real) }
        return StateFolders(path: real)
    }

    /// All stored bindings, in the order of the folder names. A missing directory has none.
    ///
    /// - Throws: `StateFailure` when the directory or an identity file cannot be read.
    public func bindings() throws -> [Binding] {
        guard let directory = opendir(path) else {
            if errno == ENOENT { return [] }
            throw StateFailure(errnoAt: path)
        }
        closedir(directory)
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        } catch {
            throw StateFailure(path: path, reason: error.localizedDescription)
        }
        guard names.count <= Self.foldersMax else {
            throw StateFailure(path: path, reason: "it holds more than \(Self.foldersMax) folders")
        }
        return try names.compactMap(read)
    }

    private func read(_ folder: String) throws -> Binding? {
        let file = identityPath(folder)
        guard access(file, F_OK) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw StateFailure(errnoAt: file)
        }
        do {
            var binding = try JSONDecoder().decode(Binding.self, from: Data(contentsOf: URL(fileURLWithPath: file)))
            binding.folder = folder
            return binding
        } catch let error as DecodingError {
            throw StateFailure(path: file, reason: "it is no identity file (\(error))")
        } catch {
            throw StateFailure(path: file, reason: error.localizedDescription)
        }
    }

    /// Stores a binding durably in its folder, and creates the folder if it does not exist.
    public func write(_ binding: Binding) throws {
        let folder = folderPath(binding.folder)
        if mkdir(folder, 0o750) == 0 {
            try DurableFile.syncDirectory(path)
        } else if errno != EEXIST {
            throw StateFailure(errnoAt: folder)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            try DurableFile.write(try encoder.encode(binding), to: identityPath(binding.folder))
        } catch let error as EncodingError {
            throw StateFailure(path: identityPath(binding.folder), reason: "\(error)")
        }
    }

    /// Stores a binding durably, and removes its path from every other binding.
    public func settle(_ binding: Binding) throws {
        for var other in try bindings() where other.folder != binding.folder && other.path == binding.path {
            other.path = ""
            try write(other)
        }
        try write(binding)
    }

    /// A new folder name for a database, made of the file name and a random part.
    public static func folderName(forDatabase path: String) -> String {
        let name = URL(fileURLWithPath: path).lastPathComponent.prefix(60)
        return "\(name)-\(UUID().uuidString.prefix(8).lowercased())"
    }

    /// The path of a folder in the state directory.
    public func folderPath(_ folder: String) -> String { "\(path)/\(folder)" }

    private func identityPath(_ folder: String) -> String { "\(folderPath(folder))/\(Self.identityFile)" }
}

extension StateFolders {
    /// Copies the ledger of another binding durably behind the segments of this one.
    ///
    /// - Throws: `StateFailure`; a part of the segments may then have been copied.
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

/// An error for a file in the state directory that could not be read or written.
public struct StateFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public let path: String
    public let reason: String

    public init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    /// An error whose reason is the `errno` of the last system call.
    init(errnoAt path: String) {
        self.init(path: path, reason: String(cString: strerror(errno)))
    }

    public var description: String {
        "\(path): \(reason); the state directory must belong to the service, and its user must be able to write it"
    }
}
