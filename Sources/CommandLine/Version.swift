/// The version of this build; CHANGELOG.md has an entry for it.
enum Version {
    static let current = "0.1.0"
}
