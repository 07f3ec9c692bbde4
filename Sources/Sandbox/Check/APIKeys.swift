/// The API keys that the sandbox accepts.
///
/// Several keys can be valid at the same time, as during a rotation. A revoked key is refused from the next request on.
/// A key that is no secret key (`sk_`) is refused even when it is in the set.
struct APIKeys: Sendable {
    private(set) var accepted: Set<String>
    /// The accepted keys that must not trigger a journey. They get 403 `permission_denied`.
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

    /// The API key of an `Authorization` header.
    ///
    /// - Throws: a 401 problem when the key is missing or not accepted.
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

    /// The token of a `Bearer` header; nil when the header has another form.
    static func bearer(_ header: String) -> String? {
        let parts = header.split(separator: " ")
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }
}
