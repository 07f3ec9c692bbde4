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
