/// Decides entry by entry who is turned away.
///
/// It remembers how often each `reject-twice…` id was seen, for at most `seenMax` ids; further ids are accepted.
struct RejectionDesk: Sendable {
    static let seenMax = 100_000
    static let uncataloguedCode = "contact_on_hold"
    private var seen: [String: Int] = [:]

    mutating func rejection(of entry: TriggerEntry, at index: Int) -> Rejection? {
        guard entry.isIdentified else {
            return reject(entry, index, "resource_missing", "No contact was found, and none can be made of this.")
        }
        switch entry.specialID {
        case .rejectPermanent:
            return reject(entry, index, "parameter_invalid_format", "The external_id has the wrong format.")
        case .rejectUnknown:
            return reject(entry, index, RejectionDesk.uncataloguedCode, "The contact is on hold.")
        case .rejectAlways:
            return reject(entry, index, "resource_missing", "The contact does not exist.")
        case .rejectTwice where isStillMissing(entry):
            return reject(entry, index, "resource_missing", "The contact does not exist yet.")
        default:
            return nil
        }
    }

    private mutating func isStillMissing(_ entry: TriggerEntry) -> Bool {
        let id = entry.externalID ?? ""
        guard let times = seen[id] ?? (seen.count < RejectionDesk.seenMax ? 0 : nil) else { return false }
        seen[id] = times + 1
        return times < 2
    }

    private func reject(_ entry: TriggerEntry, _ index: Int, _ code: String, _ message: String) -> Rejection {
        Rejection(
            index: index, externalID: entry.externalID, anonymousID: entry.anonymousID, code: code, message: message)
    }
}
