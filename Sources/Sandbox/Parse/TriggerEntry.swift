/// One user of a trigger call, with the received bytes.
struct TriggerEntry: Sendable {
    var externalID: String?
    var anonymousID: String?
    var email: String?
    /// The `data` of the user (users shape) or the `event` of the call (entrance shape), exactly as received.
    var data: String?
    /// The user object exactly as received.
    var span: JSONSpan

    var isIdentified: Bool { externalID != nil || anonymousID != nil || email != nil }

    var specialID: SandboxSpecialID? { externalID.flatMap { SandboxSpecialID(externalID: $0) } }

    /// Reads a user object.
    ///
    /// - Throws: the invalid field, with a dotted path that begins with `path`.
    init(_ span: JSONSpan, path: String) throws(SandboxProblem.InvalidField) {
        self.span = span
        guard span.isObject, let members = try? span.members() else {
            throw SandboxProblem.InvalidField(path, "parameter_invalid_format", "A user is an object.")
        }
        for member in members where !member.value.isNull {
            let place = "\(path).\(member.name)"
            switch member.name {
            case "external_id": externalID = try TriggerEntry.identifier(member.value, place)
            case "anonymous_id": anonymousID = try TriggerEntry.identifier(member.value, place)
            case "email": email = try TriggerEntry.address(member.value, place)
            case "data": data = try TriggerEntry.object(member.value, place)
            default: break
            }
        }
    }

    private static func identifier(_ value: JSONSpan, _ path: String) throws(SandboxProblem.InvalidField) -> String {
        guard let text = value.string else {
            throw SandboxProblem.InvalidField(path, "parameter_invalid_format", "An identifier is a string.")
        }
        guard !text.isEmpty else {
            throw SandboxProblem.InvalidField(path, "parameter_invalid_empty", "An identifier must not be empty.")
        }
        return text
    }

    private static func address(_ value: JSONSpan, _ path: String) throws(SandboxProblem.InvalidField) -> String {
        guard let text = value.string, text.contains("@") else {
            throw SandboxProblem.InvalidField(path, "parameter_invalid_format", "This is not an email address.")
        }
        return text
    }

    private static func object(_ value: JSONSpan, _ path: String) throws(SandboxProblem.InvalidField) -> String {
        guard value.isObject else {
            throw SandboxProblem.InvalidField(path, "parameter_invalid_format", "The data is an object.")
        }
        return value.text
    }
}
