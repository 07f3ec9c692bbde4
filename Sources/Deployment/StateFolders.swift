import Foundation

/// The state directory: one folder a database, each with its `identity.json` and its ledger.
public struct StateFolders: Sendable {
    /// More databases than this are served from nobody's state directory.
    static let foldersMax = 10_000
    static let identityFile = "identity.json"

    public let path: String

    /// - Parameter path: the directory's real path.
    public init(path: String) {
        self.path = path
    }

    /// The real path of a configured directory, made with its parents if it is not there.
    ///
    /// Throws `StateFailure` when it cannot be made or written to.
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

    /// Everything that is remembered, by folder name; throws `StateFailure` for what cannot be read.
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

    /// Stores a binding durably, in its own folder.
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

    /// Stores a binding, and lets no other one claim its path.
    public func settle(_ binding: Binding) throws {
        for var other in try bindings() where other.folder != binding.folder && other.path == binding.path {
            other.path = ""
            try write(other)
        }
        try write(binding)
    }

    /// A folder's name for a database: readable, and never given twice.
    public static func folderName(forDatabase path: String) -> String {
        let name = URL(fileURLWithPath: path).lastPathComponent.prefix(60)
        return "\(name)-\(UUID().uuidString.prefix(8).lowercased())"
    }

    public func folderPath(_ folder: String) -> String { "\(path)/\(folder)" }

    private func identityPath(_ folder: String) -> String { "\(folderPath(folder))/\(Self.identityFile)" }
}

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

/// What could not be read or written below the state directory.
public struct StateFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public let path: String
    public let reason: String

    public init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    /// The reason is that of the last system call.
    init(errnoAt path: String) {
        self.init(path: path, reason: String(cString: strerror(errno)))
    }

    public var description: String {
        "\(path): \(reason); the state directory has to be the service's own and writable by its user"
    }
}
