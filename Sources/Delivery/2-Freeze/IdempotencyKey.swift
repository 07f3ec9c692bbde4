import Crypto

/// Derives the idempotency key of a request from what it carries: one key means one request, for ever.
public enum IdempotencyKey {
    /// The key of a request: a readable prefix and a SHA-256 digest, well below the API's 255 characters.
    ///
    /// - Parameters:
    ///   - outbox: the outbox's uuid, which tells two databases with the same row ids apart.
    ///   - target: the journey and the wire shape, both part of what the request means.
    ///   - members: the intents in the order of the request, each with the epoch that a new key raises.
    public static func derive(outbox: String, target: Target, members: [(id: Int64, epoch: Int)]) -> String {
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

    /// The digest that tells API keys apart without telling what they are: the first 16 digits of its SHA-256.
    public static func fingerprint(ofAPIKey secret: String) -> String {
        SHA256.hash(data: Array(secret.utf8)).prefix(8).hexadecimal
    }

    /// The SHA-256 of a request body, in hexadecimal.
    public static func digest(ofBody body: [UInt8]) -> String {
        SHA256.hash(data: body).hexadecimal
    }
}
