import Crypto
import Delivery
import Foundation

/// How a contact appears in the log: as a keyed hash, or unchanged with `--log-contacts`.
///
/// The key of the hash is derived from the API key. Without it, addresses cannot be tested against a log. Equal
/// contacts have equal marks as long as the worker starts with the same API key.
enum ContactMark: Sendable {
    case plain
    case hashed(SymmetricKey)

    static func hashed(underAPIKey secret: String) -> ContactMark {
        let derived = HMAC<SHA256>.authenticationCode(
            for: Data("journey-outbox log contacts 1".utf8), using: SymmetricKey(data: Data(secret.utf8)))
        return .hashed(SymmetricKey(data: Data(derived)))
    }

    /// The mark of a member's external id, or else of its email, or else of its anonymous id.
    func text(for member: Member) -> String {
        text(for: member.externalID ?? member.email ?? member.anonymousID ?? "")
    }

    func text(for contact: String) -> String {
        switch self {
        case .plain: return contact
        case .hashed(let key):
            let code = HMAC<SHA256>.authenticationCode(for: Data(contact.utf8), using: key)
            return "hash:" + code.prefix(8).map { String(format: "%02x", $0) }.joined()
        }
    }
}
