/// Decides for each user of a call whether the sandbox rejects it.
///
/// It counts how often each `reject-twice…` id was seen, for at most `seenMax` ids. Further ids are accepted.
struct RejectionRules: Sendable {
    static let seenMax = 100_000
    static let uncataloguedCode = "contact_on_hold"
    private var seen: [String: Int] = [:]

    mutating func rejection(of entry: TriggerEntry, at index: Int) -> UserRejection? {
        guard entry.isIdentified else {
            return reject(entry, index, "resource_missing", "No contact was found, and none can be made of this.")
        }
        switch entry.specialID {
        case .rejectPermanent:
            return reject(entry, index, "parameter_invalid_format", "The external_id has the wrong format.")
        case .rejectUnknown:
            return reject(entry, index, RejectionRules.uncataloguedCode, "The contact is on hold.")
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
        guard let times = seen[id] ?? (seen.count < RejectionRules.seenMax ? 0 : nil) else { return false }
        seen[id] = times + 1
        return times < 2
    }

    private func reject(_ entry: TriggerEntry, _ index: Int, _ code: String, _ message: String) -> UserRejection {
        UserRejection(
            index: index, externalID: entry.externalID, anonymousID: entry.anonymousID, code: code, message: message)
    }
}

/// One rejected user of a call that is answered with 2xx.
struct UserRejection: Sendable, Equatable {
    /// The index of the user in the request.
    var index: Int
    var externalID: String?
    var anonymousID: String?
    var code: String
    var message: String

    /// The status of the answer when the rejected user is the only one of the request (entrance shape).
    var status: Int {
        switch code {
        case "resource_missing": 404
        case "parameter_invalid_format": 400
        default: 422
        }
    }
}
