/// A refusal as an RFC 7807 problem document.
struct Problem: Error, Sendable, Equatable {
    /// One wrong field of the body.
    struct Field: Error, Sendable, Equatable {
        /// A dotted path, such as `users[3].email`.
        var param: String
        var code: String
        var message: String

        init(_ param: String, _ code: String, _ message: String) {
            self.param = param
            self.code = code
            self.message = message
        }
    }

    var status: Int
    var code: String
    var message: String
    var param: String?
    var errors: [Field]

    init(_ status: Int, _ code: String, _ message: String, param: String? = nil, errors: [Field] = []) {
        self.status = status
        self.code = code
        self.message = message
        self.param = param
        self.errors = errors
    }

    static func invalidFormat(_ param: String, _ message: String) -> Problem {
        Problem(400, "parameter_invalid_format", message, param: param)
    }

    static func invalidFields(_ fields: [Field]) -> Problem {
        Problem(422, "validation_failed", "Some fields are not valid.", errors: fields)
    }

    static func unauthenticated(_ message: String) -> Problem {
        Problem(401, "authentication_required", message)
    }

    /// The document; an old one carries its code as a number that says nothing.
    func json(requestID: String, hasNumericCode: Bool = false) -> String {
        let shownCode = hasNumericCode ? String(1000 + status) : JSONText.string(code)
        var members = [
            ("status", JSONText.string("error")), ("code", shownCode), ("title", JSONText.string(title)),
            ("message", JSONText.string(message)), ("error", JSONText.string(message)),
            ("type", JSONText.string("https://docs.spotzee.com/errors/\(code)")),
            ("request_id", JSONText.string(requestID)),
        ]
        if let param {
            members.append(("param", JSONText.string(param)))
        }
        if !errors.isEmpty {
            members.append(("errors", JSONText.array(errors.map(Problem.json))))
        }
        return JSONText.object(members)
    }

    private var title: String {
        let words = code.split(separator: "_").joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    private static func json(_ field: Field) -> String {
        JSONText.object([
            ("param", JSONText.string(field.param)), ("code", JSONText.string(field.code)),
            ("message", JSONText.string(field.message)),
        ])
    }
}
