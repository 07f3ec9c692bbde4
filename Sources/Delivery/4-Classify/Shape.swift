/// The shape of a request body, which decides how an answer names a user of the request.
public enum Shape: Sendable, Equatable {
    /// `{"users":[…]}`: many users. An answer names one as `users[3].email`.
    case users
    /// `{"entrance_id":…,"user":{…},"event":{…}}`: one user. An answer names it as `user.email`.
    case entrance

    public init(of target: Target) {
        self = target.entrance == nil ? .users : .entrance
    }

    /// Returns the index of the row that the path of a parameter names; nil when it names none.
    func row(ofParam param: String) -> Int? {
        switch self {
        case .entrance:
            return ["user", "event"].contains { param == $0 || param.hasPrefix($0 + ".") } ? 0 : nil
        case .users:
            guard param.hasPrefix("users") else { return nil }
            let rest = param.dropFirst("users".count)
            guard let opening = rest.first, opening == "[" || opening == "." else { return nil }
            let digits = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
            let following = rest.dropFirst(1 + digits.count).first
            guard opening == "[" ? following == "]" : following == nil || following == "." else { return nil }
            return Int(digits)
        }
    }
}
