/// Joins and takes apart paths as text, without looking at the disk.
enum FilePath {
    /// The path itself when absolute, else the path below a directory.
    static func absolute(_ path: String, below directory: String) -> String {
        if path.hasPrefix("/") { return path }
        var rest = Substring(path)
        while rest.hasPrefix("./") { rest = rest.dropFirst(2).drop { $0 == "/" } }
        return directory.hasSuffix("/") ? directory + rest : "\(directory)/\(rest)"
    }

    /// The directory that holds an absolute path.
    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }
}
