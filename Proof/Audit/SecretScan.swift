import Foundation

/// Invariant 10: no secret and no payload in files where it must not be.
public enum SecretScan {
    /// Searches the files for the words. Returns each occurrence as a violation.
    ///
    /// - Throws: an error of Foundation when a file cannot be read.
    public static func violations(of words: [String], in files: [URL]) throws -> [String] {
        try files.flatMap { file -> [String] in
            let content = try Data(contentsOf: file)
            return words.filter { content.range(of: Data($0.utf8)) != nil }.map {
                "10: \($0) is in \(file.lastPathComponent)"
            }
        }
    }

    /// Every file in a folder and its subfolders.
    public static func files(below folder: URL) throws -> [URL] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path).map(folder.appendingPathComponent).filter {
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: $0.path, isDirectory: &isFolder) && !isFolder.boolValue
        }
    }
}
