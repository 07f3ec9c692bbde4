/// The body of a trigger call, in one of its two shapes.
///
/// It refuses what the error catalogue of the API has a code for: unknown or duplicate members at the top level, more
/// than `usersMax` users, and wrong types. A user may have any attributes.
enum TriggerBody: Sendable {
    case users([TriggerEntry])
    case entrance(id: Int, TriggerEntry)

    static let usersMax = 100

    var entries: [TriggerEntry] {
        switch self {
        case .users(let entries): entries
        case .entrance(_, let entry): [entry]
        }
    }

    var shape: SandboxJourney.RequestShape {
        switch self {
        case .users: .users
        case .entrance: .entrance
        }
    }

    init(_ body: [UInt8]) throws(SandboxProblem) {
        let members = try TriggerBody.members(of: body)
        if let users = members["users"] {
            try TriggerBody.refuseUnknown(members, beside: ["users"])
            self = .users(try TriggerBody.users(users))
        } else if let id = members["entrance_id"] {
            try TriggerBody.refuseUnknown(members, beside: ["entrance_id", "user", "event"])
            self = try TriggerBody.entrance(id, members)
        } else {
            throw SandboxProblem(400, "parameter_missing", "Send users, or an entrance_id and a user.", param: "users")
        }
    }

    private static func members(of body: [UInt8]) throws(SandboxProblem) -> [String: JSONSpan] {
        var found: [String: JSONSpan] = [:]
        do throws(JSONFault) {
            for member in try JSONSpan(parsing: body).members() {
                guard found.updateValue(member.value, forKey: member.name) == nil else { throw JSONFault(offset: 0) }
            }
        } catch {
            throw SandboxProblem(400, "parameter_invalid_format", "The body is not one JSON object.")
        }
        return found
    }

    private static func refuseUnknown(_ members: [String: JSONSpan], beside known: Set<String>) throws(SandboxProblem) {
        guard let unknown = members.keys.filter({ !known.contains($0) }).min() else { return }
        throw SandboxProblem(400, "parameter_unknown", "There is no such parameter in this shape.", param: unknown)
    }

    private static func users(_ span: JSONSpan) throws(SandboxProblem) -> [TriggerEntry] {
        guard span.isArray, let elements = try? span.elements() else {
            throw .invalidFormat("users", "The users are an array.")
        }
        guard !elements.isEmpty else {
            throw SandboxProblem(400, "parameter_invalid_empty", "Send at least one user.", param: "users")
        }
        guard elements.count <= usersMax else {
            throw .invalidFormat("users", "Send at most \(usersMax) users in one call.")
        }
        var entries: [TriggerEntry] = []
        var wrong: [SandboxProblem.InvalidField] = []
        for (index, element) in elements.enumerated() {
            do throws(SandboxProblem.InvalidField) {
                entries.append(try TriggerEntry(element, path: "users[\(index)]"))
            } catch {
                wrong.append(error)
            }
        }
        guard wrong.isEmpty else { throw .invalidFields(wrong) }
        return entries
    }

    private static func entrance(_ id: JSONSpan, _ members: [String: JSONSpan]) throws(SandboxProblem) -> TriggerBody {
        guard let id = id.integer, id >= 1 else {
            throw .invalidFormat("entrance_id", "An entrance id is a whole number from 1 on.")
        }
        guard let user = members["user"] else {
            throw SandboxProblem(400, "parameter_missing", "Name the user.", param: "user")
        }
        var entry: TriggerEntry
        do throws(SandboxProblem.InvalidField) {
            entry = try TriggerEntry(user, path: "user")
        } catch {
            throw SandboxProblem(400, error.code, error.message, param: error.param)
        }
        guard entry.externalID != nil else {
            throw SandboxProblem(400, "parameter_missing", "The user needs an external_id.", param: "user.external_id")
        }
        let event = members["event"].flatMap { $0.isNull ? nil : $0 }
        guard event?.isObject ?? true else { throw .invalidFormat("event", "The event is an object.") }
        entry.data = event?.text
        return .entrance(id: id, entry)
    }
}
