import Foundation

/// Invariant 10: secrets and payloads stay where they belong.
public enum Leaks {
    /// The files that hold one of the words, each as a violation.
    public static func of(_ words: [String], in files: [URL]) throws -> [String] {
        try files.flatMap { file -> [String] in
            let content = try Data(contentsOf: file)
            return words.filter { content.range(of: Data($0.utf8)) != nil }.map {
                "10: \($0) stands in \(file.lastPathComponent)"
            }
        }
    }

    /// Every file below a folder.
    public static func files(below folder: URL) throws -> [URL] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path).map(folder.appendingPathComponent).filter {
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: $0.path, isDirectory: &isFolder) && !isFolder.boolValue
        }
    }
}
