/// Joins and splits paths as text, without access to the file system.
enum FilePath {
    /// The absolute form of a path. A relative path starts at `directory`.
    static func absolute(_ path: String, below directory: String) -> String {
        if path.hasPrefix("/") { return path }
        var rest = Substring(path)
        while rest.hasPrefix("./") { rest = rest.dropFirst(2).drop { $0 == "/" } }
        return directory.hasSuffix("/") ? directory + rest : "\(directory)/\(rest)"
    }

    /// The directory of an absolute path.
    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }
}

/// The default of `state_dir`.
enum StateDirectory {
    /// The state directory of the service manager, else the one in the user's state home; nil when no variable names
    /// one.
    ///
    /// Source: systemd.exec(5) joins several directories with colons, and the first one is used. The XDG base directory
    /// specification requires that relative paths are ignored.
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
