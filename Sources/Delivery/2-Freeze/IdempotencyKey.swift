import Crypto

/// Derives the idempotency key of a request from its content.
///
/// The same content gives the same key in every process and version, and different content gives different keys.
public enum IdempotencyKey {
    /// Returns the key of a request: a readable prefix and a SHA-256 digest, well below the 255 characters that the API
    /// accepts.
    ///
    /// - Parameters:
    ///   - outbox: the uuid of the outbox; two databases with the same row ids have different ones.
    ///   - target: the journey and the shape of the request; both are part of its meaning.
    ///   - members: the intents in the order of the request, each with its epoch; a higher epoch gives a new key.
    public static func derive(outbox: String, target: Target, members: [(id: Int64, epoch: Int)]) -> String {
        assert(!members.isEmpty, "a request has at least one member")
        var text = Array("\(outbox)\n\(target.journey)\n\(target.shape)\n".utf8)
        for member in members {
            text.append(integer: member.id)
            text.append(UInt8(ascii: "."))
            text.append(integer: Int64(member.epoch))
            text.append(UInt8(ascii: "\n"))
        }
        let digest = SHA256.hash(data: text).hexadecimal
        return "jo1-\(target.journey)-\(members.first?.id ?? 0)-\(digest)"
    }

    /// Returns a digest that distinguishes API keys and does not reveal them: the first 16 hexadecimal digits of the
    /// SHA-256.
    public static func fingerprint(ofAPIKey secret: String) -> String {
        SHA256.hash(data: Array(secret.utf8)).prefix(8).hexadecimal
    }

    /// Returns the SHA-256 of a request body in hexadecimal.
    public static func digest(ofBody body: [UInt8]) -> String {
        SHA256.hash(data: body).hexadecimal
    }
}
