/// The API keys the stand-in accepts.
///
/// Several can be valid side by side, as in a rotation; a revoked one is refused from the next request on. A key of a
/// type other than secret (`sk_`) is refused even when it is in the set.
struct APIKeys: Sendable {
    private(set) var accepted: Set<String>
    /// Keys whose role is too low to trigger a journey: 403 `permission_denied`.
    private(set) var readOnly: Set<String>

    init(accepted: Set<String>, readOnly: Set<String>) {
        self.accepted = accepted.union(readOnly)
        self.readOnly = readOnly
    }

    mutating func add(_ key: String, isReadOnly: Bool) {
        accepted.insert(key)
        if isReadOnly { readOnly.insert(key) } else { readOnly.remove(key) }
    }

    mutating func revoke(_ key: String) {
        accepted.remove(key)
        readOnly.remove(key)
    }

    /// The key behind an `Authorization` header, or the 401 that refuses it.
    func authenticate(_ header: String?) throws(SandboxProblem) -> String {
        guard let header, let key = APIKeys.bearer(header) else {
            throw .unauthenticated("Send a project secret key as a bearer token.")
        }
        if key.hasPrefix("pk_") || key.hasPrefix("ok_") {
            throw .unauthenticated("This type of key cannot call the client API; use a project secret key.")
        }
        guard key.hasPrefix("sk_"), accepted.contains(key) else {
            throw .unauthenticated("The API key is malformed, unknown or revoked.")
        }
        return key
    }

    /// The token of a `Bearer` header, or nothing when the header has another form.
    static func bearer(_ header: String) -> String? {
        let parts = header.split(separator: " ")
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }
}
