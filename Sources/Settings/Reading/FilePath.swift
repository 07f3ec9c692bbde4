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

/// Finds the state directory where the file names none.
enum StateDirectory {
    /// The service manager's, else the one below the user's state home; nil where the variables name no place.
    ///
    /// - Note: systemd.exec(5) joins several directories with colons; the first is taken. The XDG base directory
    ///   specification has relative paths ignored.
    static func standard(in environment: SettingsEnvironment) -> String? {
        if let service = absolute(environment.variable("STATE_DIRECTORY")?.split(separator: ":").first) {
            return service
        }
        if let state = absolute(environment.variable("XDG_STATE_HOME").map { $0[...] }) {
            return FilePath.absolute("journey-outbox", below: state)
        }
        guard let home = absolute(environment.variable("HOME").map { $0[...] }) else { return nil }
        return FilePath.absolute(".local/state/journey-outbox", below: home)
    }

    private static func absolute(_ path: Substring?) -> String? {
        path.flatMap { $0.hasPrefix("/") ? String($0) : nil }
    }
}
